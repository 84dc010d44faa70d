"""Named places where a process dies on command, so that a test can show what is true after it.

``MEDIADOCK_CRASH_AT`` names points, with commas between them, or ``*`` for all; ``name:3`` is the third passage of a
process. Who dies, dies by SIGKILL. With ``MEDIADOCK_CRASH_MARKS``, a folder, each point kills once: a file of its
name is made first, and where that is nobody dies. Without the variable, which is read once, nothing of this is done.

``COMMITS`` and ``CALLS`` are all points of the engine and its surfaces. A listener has a list of its own and says so
by ``also_pass``. ``tests/architecture`` holds the lists against the source, ``tests/faults`` drives each point.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from django.db import connection, transaction

COMMITS: Mapping[str, str] = MappingProxyType(
    {
        "prepared": "uploads are recorded",
        "adopted": "an object that a surface awaits is recorded",
        "uploaded": "an upload is complete, or goes back to the queue",
        "processing": "a failed asset is retried",
        "ready": "an asset is published",
        "rejected": "an asset is refused",
        "failed": "an asset's processing is given up",
        "aborted": "an upload is given up",
        "expired": "an upload's time is over",
        "claimed": "a worker takes a lease",
        "renewed": "a worker keeps its lease",
        "first_picture": "a first thumbnail is shown",
        "deleted": "an asset is deleted",
        "cleared": "what was assembled too late is to be removed",
        "hinted": "the sweeper hints again",
        "looked": "the sweeper looks again for an upload that nobody completes",
        "listed": "the sweeper notes how far it has listed the store",
        "carried": "the relay has carried rows of the outbox",
        "pruned": "events that are past their time are removed",
        "heartbeat": "somebody is alive",
        "surface": "a surface writes of its own",
        "asked": "a request that may come again is noted by its key",
        "answered": "what such a request creates is recorded, together with its answer",
    }
)
"""What is committed; each is the name of two points, ``<name>.uncommitted`` and ``<name>.committed``."""

CALLS: Mapping[str, str] = MappingProxyType(
    {
        "multipart_opened": "the store has opened a multipart upload that is not recorded yet",
        "multipart_assembled": "the store has assembled an upload that is still pending",
        "variant_stored": "the store has a variant that no row names yet",
        "original_copied": "the store has a copy of the original that no row names yet",
        "variants_discarded": "a failed attempt's end is written down, and its variants are gone",
        "multipart_given_back": "a multipart upload is aborted, and its objects are still there",
        "row_carried": "an effect of the outbox is done, and its row is still there",
        "orphans_removed": "the store has removed orphans",
    }
)
"""Points between a call that changes something elsewhere and what is committed about it."""


def points_of(commits: Iterable[str], calls: Iterable[str]) -> tuple[str, ...]:
    """The names of all points: two of each commit, one of each call."""
    return (*(f"{name}.{moment}" for name in commits for moment in ("uncommitted", "committed")), *calls)


POINTS = points_of(COMMITS, CALLS)
_known = set(POINTS)


def also_pass(points: Iterable[str]) -> None:
    """Name points that a listener has besides, while the modules of apps are imported: ``check_orders`` follows."""
    _known.update(points)


class _Armed:
    """What the environment has ordered."""

    def __init__(self, orders: str, marks: str | None) -> None:
        self._everywhere = orders == "*"
        named = [] if self._everywhere else [order.strip() for order in orders.split(",")]
        self._passage = {name: int(passage or 1) for name, _, passage in (order.partition(":") for order in named)}
        self._marks = Path(marks) if marks else None
        self._passed: Counter[str] = Counter()

    def unknown_to(self, known: Set[str]) -> list[str]:
        return sorted(self._passage.keys() - known)

    def passes(self, point: str) -> None:
        if not self._everywhere and point not in self._passage:
            return
        self._passed[point] += 1
        if self._passed[point] >= self._passage.get(point, 1) and self._may_die(point):
            os.kill(os.getpid(), signal.SIGKILL)

    def _may_die(self, point: str) -> bool:
        if self._marks is None:
            return True
        try:
            (self._marks / point).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


_orders = os.environ.get("MEDIADOCK_CRASH_AT")
_armed = _Armed(_orders, os.environ.get("MEDIADOCK_CRASH_MARKS")) if _orders else None


def check_orders() -> None:
    """Look at the orders when all have named their points. Raises ValueError for a point that there is not."""
    if _armed is not None and (unknown := _armed.unknown_to(_known)):
        raise ValueError(f"MEDIADOCK_CRASH_AT names points that there are not: {', '.join(unknown)}")


def crash_point(point: str) -> None:
    """Die here if that is what was ordered."""
    if _armed is not None:
        _armed.passes(point)


@contextmanager
def committing(what: str) -> Iterator[None]:
    """``transaction.atomic()`` with the two points around its commit; within another one, around that one's.

    A transaction that has changed nothing passes no point.
    """
    with transaction.atomic():
        if _armed is None:
            yield
            return
        written: list[str] = []
        transaction.on_commit(lambda: _pass(written))  # before all that is told then
        yield
        if _has_written():
            written.append(f"{what}.committed")
            crash_point(f"{what}.uncommitted")


def _pass(points: Iterable[str]) -> None:
    for point in points:
        crash_point(point)


def _has_written() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        row = cursor.fetchone()
    return bool(row and row[0])


@contextmanager
def one_statement(what: str) -> Iterator[None]:
    """The same two points around a statement that is a transaction by itself, where it is in no other."""
    crash_point(f"{what}.uncommitted")
    yield
    if _armed is not None:
        transaction.on_commit(lambda: crash_point(f"{what}.committed"))
