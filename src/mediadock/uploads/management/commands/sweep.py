"""``manage.py sweep``: one round of the sweeper; orphans and events that are past their time on request."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict

from celery import current_app
from django.core.management.base import BaseCommand

from mediadock.core.policy import human_bytes
from mediadock.uploads.relay import Relay
from mediadock.uploads.services.prune import count_prunable, prune_events
from mediadock.uploads.services.sweep import sweep
from mediadock.uploads.services.tidy import Orphan, tidy


class Command(BaseCommand):
    """Find what was left behind; orphans are only listed and events counted unless ``--delete`` is given."""

    help = (
        "Requeue, hint, adopt and expire; with --orphans list, and with --delete remove, unreferenced objects;"
        " with --events the same with events that are past MEDIADOCK_EVENT_RETENTION."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--orphans`` and ``--events``, what to do with them, and how to tell."""
        parser.add_argument("--orphans", action="store_true", help="list objects that no record speaks for")
        parser.add_argument("--events", action="store_true", help="count events that are past their time")
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument(
            "--dry-run", action="store_true", help="with --orphans, --events: remove none, which is the default"
        )
        chosen.add_argument("--delete", action="store_true", help="with --orphans, --events: remove them")
        parser.add_argument(
            "--strangers", action="store_true", help="with --orphans: also what this database never knew"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON document instead of lines")

    def handle(  # each of the keywords is one of the arguments above
        self,
        *_args: object,
        orphans: bool,
        events: bool,
        delete: bool,
        strangers: bool,
        as_json: bool,
        **_options: object,
    ) -> None:
        """Print what was done, one line each, or all of it as JSON."""
        counts = {**asdict(sweep()), "carried": Relay(current_app).carry_overdue()}
        past = (prune_events() if delete else count_prunable()) if events else None
        found = tidy(dry_run=not delete, strangers=strangers) if orphans else None
        if as_json:
            self.stdout.write(_document(counts, found, past, removed=delete))
            return
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
        done = "removed" if delete else "found; --delete removes them"
        if past is not None:
            self.stdout.write(f"events past their time: {past}, {done}")
        if found is not None:
            self._list(found, done)

    def _list(self, found: list[Orphan], done: str) -> None:
        for orphan in found:
            self.stdout.write(f"{'object' if orphan.upload_id is None else 'multipart'} {orphan.key}")
        size = human_bytes(sum(orphan.size_bytes for orphan in found))
        self.stdout.write(f"orphans: {len(found)}, {size}, {done}")


def _document(counts: Mapping[str, int], found: list[Orphan] | None, past: int | None, *, removed: bool) -> str:
    document: dict[str, object] = {"swept": counts}
    if past is not None:
        document["events"] = {"removed": removed, "count": past}
    if found is not None:
        document["orphans"] = {
            "removed": removed,
            "count": len(found),
            "bytes": sum(orphan.size_bytes for orphan in found),
            "items": [asdict(orphan) for orphan in found],
        }
    return json.dumps(document, indent=2)
