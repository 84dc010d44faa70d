"""The Django app of the chat surface."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """``mediadock.contrib.chat`` in ``INSTALLED_APPS``."""

    name = "mediadock.contrib.chat"
    label = "mediadock_chat"
    verbose_name = "Mediadock chat"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the chat profile known to the engine."""
        from mediadock.contrib.chat.profile import CHAT
        from mediadock.core.profiles import register

        register(CHAT)
