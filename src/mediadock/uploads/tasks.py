"""Celery tasks: thin, idempotent, and only hints; PostgreSQL knows what there is to do."""

from __future__ import annotations

from celery import current_app, shared_task

from mediadock.core.filetypes import Kind
from mediadock.uploads import heartbeats
from mediadock.uploads.connections import the_only_one
from mediadock.uploads.queues import HEARTBEAT_TASK
from mediadock.uploads.relay import Relay
from mediadock.uploads.services.answer import answer_hint
from mediadock.uploads.services.process import process_asset
from mediadock.uploads.services.prune import prune_events
from mediadock.uploads.services.sweep import sweep
from mediadock.uploads.services.tidy import tidy

_ROUND_IS_FRESH_S = 2.0
"""Less than half of the time between two rounds."""
_TIDYING = int.from_bytes(b"md_tidy")
"""The advisory lock of the one task that tidies up."""


@shared_task(name="mediadock.process")  # type: ignore[untyped-decorator]
def process_uploaded_asset(asset_id: int, kind: str | None = None) -> None:
    """An asset waits, perhaps: whoever's turn it is among its kind gets served; this very asset, if no kind is said."""
    if kind is None:
        process_asset(asset_id)
    else:
        answer_hint(Kind(kind))


@shared_task(name="mediadock.sweep")  # type: ignore[untyped-decorator]
def sweep_unsettled() -> None:
    """A round of the sweeper, and what a relay that is not there has left.

    Rounds that have waited for a sweeper that was away follow each other at once: one of them is enough.
    """
    if heartbeats.was_heard(heartbeats.SWEEP, within_s=_ROUND_IS_FRESH_S):
        return
    sweep()
    heartbeats.beat(heartbeats.SWEEP)
    Relay(current_app).carry_overdue()


@shared_task(name=HEARTBEAT_TASK)  # type: ignore[untyped-decorator]
def beat_of_queue(queue: str) -> None:
    """Who reads this queue lives."""
    heartbeats.beat(heartbeats.of_queue(queue))


@shared_task(name="mediadock.tidy")  # type: ignore[untyped-decorator]
def tidy_up() -> None:
    """Remove what is past its time: events, then what our own assets left behind in the store.

    One after the other, each can take long: side by side they would hold both places of the sweeper's process. What
    the store has and nobody knows is an operator's to judge. For the same reason one such task is enough: a listing of
    millions takes longer than an hour, after which beat sends the next, or than the broker waits before it sends this
    one again.
    """
    with the_only_one(_TIDYING) as nobody_else_does:
        if nobody_else_does:
            prune_events()
            tidy(dry_run=False)
