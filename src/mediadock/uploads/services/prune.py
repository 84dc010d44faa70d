"""Prune: remove the events that are past their time, oldest first. Safe to run anywhere, any time.

What goes of a user's stream is always its beginning, and never its newest event: a stream is whole from the first
``seq`` that is kept to the last. An event that precedes one past its time is past its time too, whatever clock wrote
its date. Ids are given under the lock of the stream, in the order of ``seq``, so the primary key is the order in which
events grow old, and no other index is needed: a round reads what it removes, and the newest events of those to whom
nothing has happened for long.

Only one batch is removed at a time, whoever does it. Nobody who appends or reads waits for it: it locks old events and
no stream. Where the database's clock was ahead for a while, what was written after that may be pruned as much later.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now

from mediadock.uploads import turns
from mediadock.uploads.conf import conf
from mediadock.uploads.crashpoints import committing
from mediadock.uploads.facts import Found, tell
from mediadock.uploads.models import Event, Stream

BATCH = 5_000
ROUND_S = 600.0
"""A longer backlog is left to the next round; a broker gives a task that runs for 20 minutes to another worker."""
_BEFORE_ALL = -(2**63)
_TURN = int.from_bytes(b"md_prune")
"""The advisory lock of whoever removes a batch."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Batch:
    """How many events a statement removed; ``reached`` is the last id it looked at, None where it found no old one."""

    pruned: int
    reached: int | None


def prune_events() -> int:
    """One round: remove what ``MEDIADOCK_EVENT_RETENTION`` does not keep; returns how many.

    It ends after ``ROUND_S``, and at once where somebody else is at it.
    """
    if not conf().event_retention_s:
        return 0
    until = time.monotonic() + ROUND_S
    pruned, reached = 0, _BEFORE_ALL
    while time.monotonic() < until:
        batch = _prune_batch(after=reached)
        pruned += batch.pruned
        if batch.reached is None:
            break
        reached = batch.reached
    if pruned:
        _log.info("%s events that were past their time are removed", pruned)
    return pruned


def count_prunable() -> int:
    """How many events ``prune_events`` would remove. Reads the whole table."""
    if not conf().event_retention_s:
        return 0
    newest = Stream.objects.filter(pk=OuterRef("user_id")).values("last_seq")
    limit = Now() - timedelta(seconds=conf().event_retention_s)
    return Event.objects.filter(created_at__lt=limit, seq__lt=Subquery(newest)).count()


def _prune_batch(*, after: int) -> _Batch:
    """Look at the next events by id, in a transaction of their own."""
    with committing("pruned"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_TURN])
        if not cursor.fetchone()[0]:
            return _Batch(0, None)
        cursor.execute(turns.BY_INDEX_ONLY)
        cursor.execute(_PRUNE, {"kept_s": conf().event_retention_s, "after": after})
        batch = _Batch(*cursor.fetchone())
        cursor.execute(turns.AS_USUAL)
    if batch.pruned:
        tell(Found({"pruned_event": batch.pruned}))
    return batch


# The limit within keeps the planner to the index of (user_id, seq), and the array to that of ids: it cannot know how
# few there are, and would read the whole table for each batch. Where its statistics are of a table that was empty, it
# would read and sort the whole table for a page all the same: nothing is sorted here, see ``turns.BY_INDEX_ONLY``.
_PRUNE = """
    WITH page AS MATERIALIZED (
        SELECT id, user_id, seq, created_at < now() - make_interval(secs => %(kept_s)s) AS is_past
          FROM mediadock_event WHERE id > %(after)s ORDER BY id LIMIT <batch>
    ), reached AS (
        SELECT user_id, max(seq) AS seq FROM page WHERE is_past GROUP BY user_id
    ), pruned AS (
        DELETE FROM mediadock_event WHERE id = ANY (ARRAY(
            SELECT beginning.id FROM reached JOIN mediadock_stream AS stream ON stream.user_id = reached.user_id
             CROSS JOIN LATERAL (
                SELECT id FROM mediadock_event
                 WHERE user_id = reached.user_id AND seq <= LEAST(reached.seq, stream.last_seq - 1)
                 ORDER BY seq LIMIT <batch>
             ) AS beginning))
        RETURNING id
    )
    SELECT (SELECT count(*) FROM pruned), CASE WHEN bool_or(is_past) THEN max(id) END FROM page
""".replace("<batch>", str(BATCH))
