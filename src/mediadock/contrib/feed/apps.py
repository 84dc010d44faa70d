"""The Django app of the feed."""

from django.apps import AppConfig


class FeedConfig(AppConfig):
    """``mediadock.contrib.feed`` in ``INSTALLED_APPS``."""

    name = "mediadock.contrib.feed"
    label = "mediadock_feed"
    verbose_name = "Mediadock feed"
    default_auto_field = "django.db.models.BigAutoField"
