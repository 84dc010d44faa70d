"""The Django app of the engine."""

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """``mediadock.uploads`` in ``INSTALLED_APPS``."""

    name = "mediadock.uploads"
    label = "mediadock_uploads"
    verbose_name = "Mediadock uploads"
    default_auto_field = "django.db.models.BigAutoField"
