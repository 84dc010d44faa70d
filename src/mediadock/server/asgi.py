"""The WebSocket process as an ASGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediadock.server.settings")

import django

django.setup()

from mediadock.realtime.routing import application  # noqa: E402 - Django must be set up first

__all__ = ["application"]
