"""The Django app of the media service."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    """``mediadock.contrib.media`` in ``INSTALLED_APPS``."""

    name = "mediadock.contrib.media"
    label = "mediadock_media"
    verbose_name = "Mediadock media service"

    def ready(self) -> None:
        """Make the media types known to the engine."""
        from mediadock.contrib.media.types import MEDIA_TYPES
        from mediadock.core.profiles import register

        for profile in MEDIA_TYPES:
            register(profile)
