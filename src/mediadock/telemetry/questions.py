"""What a scrape asks of PostgreSQL: each question reads a partial index or a small table, none reads all assets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from mediadock.core.filetypes import Kind
from mediadock.telemetry import metrics
from mediadock.telemetry.metrics import Metric
from mediadock.uploads import outbox, turns

TIMEOUT_MS = 2_000
"""A statement that takes longer is ended; measured with 200,000 assets, all of them together take a tenth of it."""
FRESH_S = 30
"""A process that has not reported for so long is not there."""


@dataclass(frozen=True)
class Sample:
    """One series as it stands. ``bound`` is empty but for a histogram's buckets."""

    metric: str
    labels: tuple[str, ...]
    bound: str
    value: float


def ask_all() -> list[Sample]:
    """Every figure, at one moment. Raises ``DatabaseError`` when it takes too long."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(TIMEOUT_MS)])
        gauges = [metric.name for metric in metrics.TALLIED if metric.kind == "gauge"]
        cursor.execute(_TALLIES, {"gauges": gauges, "fresh_s": FRESH_S})
        found = [_tallied(*row) for row in cursor.fetchall()]
        for query, asked, expected in QUESTIONS:
            cursor.execute(query)
            found += _answers(cursor.fetchall(), asked, expected)
    return found


def _tallied(metric: str, labels: list[str], bound: str, value: float) -> Sample:
    return Sample(metric, tuple(labels), bound, value)


def _answers(rows: list[tuple[str, ...]], asked: tuple[Metric, ...], expected: tuple[str, ...]) -> Iterator[Sample]:
    """A sample of each metric for each row, and for each expected label that has none: nothing is 0, not absent."""
    values = {row[0]: row[1:] for row in rows}
    for label in dict.fromkeys((*expected, *values)):
        figures = values.get(label, ("0",) * len(asked))
        for metric, figure in zip(asked, figures, strict=True):
            yield Sample(metric.name, (label,) if metric.labels else (), "", float(figure))


# The gauges of processes are added up without the process, which is their last label.
_TALLIES = """
    SELECT metric, labels::json, bound, value FROM mediadock_tally WHERE metric <> ALL (%(gauges)s::text[])
    UNION ALL
    SELECT known.metric, '[]', '', coalesce(sum(value), 0)
      FROM unnest(%(gauges)s::text[]) AS known (metric)
      LEFT JOIN mediadock_tally AS tally
        ON tally.metric = known.metric AND updated_at > now() - make_interval(secs => %(fresh_s)s)
     GROUP BY known.metric
"""

_WAITING = """
    SELECT kind, count(*), greatest(extract(epoch FROM now() - min(due_at)), 0) FROM mediadock_asset
     WHERE <waiting> GROUP BY kind
""".replace("<waiting>", turns.WAITING)

_IN_HAND = "SELECT kind, count(*) FROM mediadock_asset WHERE lease_token IS NOT NULL GROUP BY kind"

_STATES = """
    SELECT state, count(*) FROM mediadock_asset WHERE state IN ('pending', 'uploaded', 'processing') GROUP BY state
"""

_DUE = """
    SELECT topic, count(*), extract(epoch FROM now() - min(available_at)) FROM mediadock_outbox
     WHERE available_at <= now() GROUP BY topic
"""

_HEARTBEATS = "SELECT name, greatest(extract(epoch FROM now() - beaten_at), 0) FROM mediadock_heartbeat"

_HELD = "SELECT '', coalesce(sum(used_bytes), 0), coalesce(sum(pending_count), 0) FROM mediadock_ledger"

_KINDS = tuple(kind.value for kind in Kind)
QUESTIONS: tuple[tuple[str, tuple[Metric, ...], tuple[str, ...]], ...] = (
    (_WAITING, (metrics.QUEUE_WAITING, metrics.QUEUE_AGE), _KINDS),
    (_IN_HAND, (metrics.JOBS,), _KINDS),
    (_STATES, (metrics.UNSETTLED,), ("pending", "uploaded", "processing")),
    (_DUE, (metrics.OUTBOX, metrics.OUTBOX_AGE), (outbox.PROCESS, outbox.DISCARD)),
    (_HEARTBEATS, (metrics.HEARTBEAT,), ()),
    (_HELD, (metrics.HELD_BYTES, metrics.PENDING), ()),
)
