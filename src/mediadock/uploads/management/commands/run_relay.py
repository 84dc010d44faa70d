"""``manage.py run_relay``: carry the outbox until told to stop."""

from __future__ import annotations

import signal
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand

from mediadock.uploads.relay import Relay


class Command(BaseCommand):
    """Run one relay; any number may run at once."""

    help = "Carry the outbox to the workers and the store."

    def handle(self, *_args: Any, **_options: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Run until SIGTERM or SIGINT."""
        relay = Relay(current_app)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: relay.stop())
        relay.run()
