"""The WebSocket process as an ASGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediadock.server.settings")

import django

django.setup()

from mediadock.realtime.routing import application  # noqa: E402 - Django must be set up first
from mediadock.realtime.service import open_sockets  # noqa: E402
from mediadock.telemetry.metrics import SOCKETS  # noqa: E402
from mediadock.telemetry.tally import tally  # noqa: E402

tally().watch(SOCKETS, open_sockets)

__all__ = ["application"]
