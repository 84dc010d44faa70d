"""The Django app of the chat surface."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """``mediadock.contrib.chat`` in ``INSTALLED_APPS``."""

    name = "mediadock.contrib.chat"
    label = "mediadock_chat"
    verbose_name = "Mediadock chat"
    default_auto_field = "django.db.models.BigAutoField"
