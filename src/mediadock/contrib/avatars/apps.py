"""The Django app of the avatars."""

from django.apps import AppConfig


class AvatarsConfig(AppConfig):
    """``mediadock.contrib.avatars`` in ``INSTALLED_APPS``."""

    name = "mediadock.contrib.avatars"
    label = "mediadock_avatars"
    verbose_name = "Mediadock avatars"

    def ready(self) -> None:
        """Make the avatar profile known to the engine."""
        from mediadock.contrib.avatars.profile import AVATAR_PROFILE
        from mediadock.core.profiles import register

        register(AVATAR_PROFILE)
