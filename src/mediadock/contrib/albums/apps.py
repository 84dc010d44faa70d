"""The Django app of the albums."""

from django.apps import AppConfig


class AlbumsConfig(AppConfig):
    """``mediadock.contrib.albums`` in ``INSTALLED_APPS``."""

    name = "mediadock.contrib.albums"
    label = "mediadock_albums"
    verbose_name = "Mediadock albums"
    default_auto_field = "django.db.models.BigAutoField"
