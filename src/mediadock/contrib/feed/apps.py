"""The Django app of the feed."""

from django.apps import AppConfig


class FeedConfig(AppConfig):
    """``mediadock.contrib.feed`` in ``INSTALLED_APPS``."""

    name = "mediadock.contrib.feed"
    label = "mediadock_feed"
    verbose_name = "Mediadock feed"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the engine know what to do when a post's medium settles."""
        from mediadock.contrib.feed.hooks import POST_LINK
        from mediadock.core.links import register_link

        register_link(POST_LINK)
