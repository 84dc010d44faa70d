"""Tally: count in memory, add to PostgreSQL every few seconds. So any web process can tell what all have counted.

A process that is killed takes up to ``FLUSH_S`` seconds of counts with it; what depends on counts (limits, quotas)
counts elsewhere, in its transaction. While the database is away, counts wait in memory: there are few series.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import socket
import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable

from django.db import DatabaseError, connection

from mediadock.telemetry.metrics import METRICS, Metric

FLUSH_S = 5.0
GONE_AFTER_S = 24 * 3600
"""A gauge that its process has not reported for so long is forgotten; it has not counted for long."""
INFINITY = "+Inf"
_PARTING_S = 2.0
_log = logging.getLogger(__name__)

_BOUNDS = {metric.name: (*map(str, metric.bounds), INFINITY) for metric in METRICS}
Series = tuple[str, tuple[str, ...], str]
"""Metric, values of its labels, upper end of the bucket."""


class Tally:
    """The counts of one process that are not in the database yet, and the thread that brings them there."""

    def __init__(self) -> None:
        self._counting = threading.Lock()
        self._flushing = threading.Lock()
        self._counts: defaultdict[Series, float] = defaultdict(float)
        self._gauges: dict[Series, Callable[[], float]] = {}
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def count(self, metric: Metric, *labels: str, amount: float = 1.0) -> None:
        """Add to a counter."""
        with self._counting:
            self._counts[metric.name, labels, ""] += amount
        self._ensure_thread()

    def observe(self, metric: Metric, *labels: str, seconds: float) -> None:
        """Add one observation to a histogram: its sum, and the bucket that it falls into."""
        bound = _BOUNDS[metric.name][bisect_left(metric.bounds, seconds)]
        with self._counting:
            self._counts[metric.name, labels, ""] += seconds
            self._counts[metric.name, labels, bound] += 1.0
        self._ensure_thread()

    def observe_counted(self, counter: Metric, labels: tuple[str, ...], histogram: Metric, seconds: float) -> None:
        """Both at once, for the hot path; the histogram has all labels but the last."""
        bound = _BOUNDS[histogram.name][bisect_left(histogram.bounds, seconds)]
        shared = labels[:-1]
        with self._counting:
            counts = self._counts
            counts[counter.name, labels, ""] += 1.0
            counts[histogram.name, shared, ""] += seconds
            counts[histogram.name, shared, bound] += 1.0
        if self._thread is None:
            self._ensure_thread()

    def watch(self, metric: Metric, read: Callable[[], float]) -> None:
        """Report what ``read`` gives as this process's part of a gauge, for as long as the process lives."""
        self._gauges[metric.name, (f"{socket.gethostname()}:{os.getpid()}",), ""] = read
        self._ensure_thread()

    def flush(self) -> None:
        """Bring everything to the database now; what cannot be brought is kept for the next time."""
        with self._flushing:
            with self._counting:
                counts, self._counts = self._counts, defaultdict(float)
            try:
                _write(_ADD, counts)
                counts = defaultdict(float)
                _write(_SET, {series: read() for series, read in self._gauges.items()})
                _forget_the_gone(sorted({metric for metric, _, _ in self._gauges}))
            except DatabaseError as error:
                _log.warning("counts wait for the database: %s", error)
                with self._counting:
                    for series, amount in counts.items():
                        self._counts[series] += amount
            finally:
                connection.close()

    def end(self) -> None:
        """Flush for the last time, but do not wait for a database that is away."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(_PARTING_S)

    def _ensure_thread(self) -> None:
        if self._thread is None:
            with self._counting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._flush_forever, name="tally", daemon=True)
                    self._thread.start()

    def _flush_forever(self) -> None:
        while not self._ending.wait(FLUSH_S):
            self.flush()
        self.flush()


def _write(statement: str, values: dict[Series, float]) -> None:
    if not values:
        return
    rows = sorted(values.items())  # one order everywhere, so that two processes never wait for each other
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            [
                [metric for (metric, _, _), _ in rows],
                [json.dumps(labels) for (_, labels, _), _ in rows],
                [bound for (_, _, bound), _ in rows],
                [value for _, value in rows],
            ],
        )


def _forget_the_gone(gauges: list[str]) -> None:
    """Each process has a row of its own, and nobody else would remove it."""
    if gauges:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET, [gauges, GONE_AFTER_S])


_FORGET = "DELETE FROM mediadock_tally WHERE metric = ANY (%s) AND updated_at < now() - make_interval(secs => %s)"

_ADD = """
    INSERT INTO mediadock_tally AS kept (metric, labels, bound, value)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::float8[])
    ON CONFLICT (metric, labels, bound) DO UPDATE SET value = kept.value + excluded.value, updated_at = now()
"""
_SET = _ADD.replace("kept.value + excluded.value", "excluded.value")

_this_process = Tally()


def tally() -> Tally:
    """The tally of this process."""
    return _this_process


def _begin_anew() -> None:
    """A forked child has the counts of its parent, which the parent will bring, and not its threads."""
    global _this_process
    _this_process = Tally()


os.register_at_fork(after_in_child=_begin_anew)
atexit.register(lambda: _this_process.end())
