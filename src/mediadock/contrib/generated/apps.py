"""The Django app of generated images."""

from django.apps import AppConfig


class GeneratedConfig(AppConfig):
    """``mediadock.contrib.generated`` in ``INSTALLED_APPS``."""

    name = "mediadock.contrib.generated"
    label = "mediadock_generated"
    verbose_name = "Mediadock generated images"
    default_auto_field = "django.db.models.BigAutoField"
