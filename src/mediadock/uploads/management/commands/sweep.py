"""``manage.py sweep``: one round of the sweeper, and orphans on request."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict

from celery import current_app
from django.core.management.base import BaseCommand

from mediadock.core.policy import human_bytes
from mediadock.uploads.relay import Relay
from mediadock.uploads.services.sweep import sweep
from mediadock.uploads.services.tidy import Orphan, tidy


class Command(BaseCommand):
    """Find what was left behind; orphans are only listed unless ``--delete`` is given."""

    help = "Requeue, hint, adopt and expire; with --orphans list, and with --delete remove, unreferenced objects."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--orphans``, what to do with them, and how to tell."""
        parser.add_argument("--orphans", action="store_true", help="list objects that no record speaks for")
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument(
            "--dry-run", action="store_true", help="with --orphans: only list them, which is the default"
        )
        chosen.add_argument("--delete", action="store_true", help="with --orphans: remove them")
        parser.add_argument(
            "--strangers", action="store_true", help="with --orphans: also what this database never knew"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON document instead of lines")

    def handle(  # each of the keywords is one of the arguments above
        self,
        *_args: object,
        orphans: bool,
        delete: bool,
        strangers: bool,
        as_json: bool,
        **_options: object,
    ) -> None:
        """Print what was done, one line each, or all of it as JSON."""
        counts = {**asdict(sweep()), "carried": Relay(current_app).carry_overdue()}
        found = tidy(dry_run=not delete, strangers=strangers) if orphans else None
        if as_json:
            self.stdout.write(_document(counts, found, removed=delete))
            return
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
        if found is not None:
            self._list(found, removed=delete)

    def _list(self, found: list[Orphan], *, removed: bool) -> None:
        for orphan in found:
            self.stdout.write(f"{'object' if orphan.upload_id is None else 'multipart'} {orphan.key}")
        size = human_bytes(sum(orphan.size_bytes for orphan in found))
        done = "removed" if removed else "found; --delete removes them"
        self.stdout.write(f"orphans: {len(found)}, {size}, {done}")


def _document(counts: Mapping[str, int], found: list[Orphan] | None, *, removed: bool) -> str:
    document: dict[str, object] = {"swept": counts}
    if found is not None:
        document["orphans"] = {
            "removed": removed,
            "count": len(found),
            "bytes": sum(orphan.size_bytes for orphan in found),
            "items": [asdict(orphan) for orphan in found],
        }
    return json.dumps(document, indent=2)
