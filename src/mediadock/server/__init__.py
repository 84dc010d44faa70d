"""The complete server: settings, routes and processes put together; nothing is decided here."""

from mediadock.server.celery import app as celery_app

__all__ = ["celery_app"]
