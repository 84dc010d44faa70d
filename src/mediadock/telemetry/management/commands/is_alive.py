"""``manage.py is_alive``: a probe for processes that answer no HTTP."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mediadock.telemetry.heartbeats import silent


class Command(BaseCommand):
    """End with 0 when all that is named was heard of lately."""

    help = "Whether heartbeats are fresh: queue:image, sweep, relay. Ends with 1 and a sentence when one is not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The names, and how old a heartbeat may be."""
        parser.add_argument("names", nargs="+", metavar="name")
        parser.add_argument("--within", type=float, default=120.0, metavar="SECONDS")

    def handle(self, *_args: Any, names: list[str], within: float, **_options: Any) -> None:  # noqa: ANN401
        """Say what is silent. Raises ``CommandError``."""
        if found := silent(names, within_s=within):
            raise CommandError(f"not heard of within {within:.0f} s: {', '.join(found)}")
