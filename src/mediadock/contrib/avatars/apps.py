"""The Django app of the avatars."""

from django.apps import AppConfig


class AvatarsConfig(AppConfig):
    """``mediadock.contrib.avatars`` in ``INSTALLED_APPS``."""

    name = "mediadock.contrib.avatars"
    label = "mediadock_avatars"
    verbose_name = "Mediadock avatars"
