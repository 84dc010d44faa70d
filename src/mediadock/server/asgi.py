"""The WebSocket process as an ASGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediadock.server.settings")

import django

django.setup()

from mediadock.realtime.routing import application

__all__ = ["application"]
