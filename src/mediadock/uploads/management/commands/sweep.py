"""``manage.py sweep``: one round of the sweeper, and orphans on request."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from mediadock.uploads.services.sweep import sweep
from mediadock.uploads.services.tidy import tidy


class Command(BaseCommand):
    """Find what was left behind; orphans are only listed unless ``--delete`` is given."""

    help = "Requeue, hint, adopt and expire; with --orphans list, and with --delete remove, unreferenced objects."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--orphans`` and ``--delete``."""
        parser.add_argument("--orphans", action="store_true", help="list objects that no record speaks for")
        parser.add_argument("--delete", action="store_true", help="with --orphans: remove them")
        parser.add_argument(
            "--strangers", action="store_true", help="with --orphans: also what this database never knew"
        )

    def handle(self, *_args: Any, orphans: bool, delete: bool, strangers: bool, **_options: Any) -> None:  # noqa: ANN401
        """Print what was done, one line each."""
        for name, count in asdict(sweep()).items():
            self.stdout.write(f"{name}: {count}")
        if orphans:
            found = tidy(dry_run=not delete, strangers=strangers)
            for key in found.keys:
                self.stdout.write(f"object {key}")
            for upload in found.uploads:
                self.stdout.write(f"multipart {upload.key}")
