"""The Django app of the media service."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    """``mediadock.contrib.media`` in ``INSTALLED_APPS``."""

    name = "mediadock.contrib.media"
    label = "mediadock_media"
    verbose_name = "Mediadock media service"
