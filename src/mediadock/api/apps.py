"""The Django app of the HTTP plumbing: it keeps the answers of idempotent requests."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """``mediadock.api`` in ``INSTALLED_APPS``."""

    name = "mediadock.api"
    label = "mediadock_api"
    default_auto_field = "django.db.models.BigAutoField"
