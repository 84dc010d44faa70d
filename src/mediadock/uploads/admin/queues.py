"""Queues and heartbeats: what waits and for how long, who is alive, and what the outbox still holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from mediadock.core.filetypes import Kind
from mediadock.uploads import heartbeats, turns
from mediadock.uploads.admin.readonly import ReadOnlyAdmin, asked, bounded
from mediadock.uploads.admin.words import human_duration
from mediadock.uploads.models import Heartbeat, Outbox
from mediadock.uploads.queues import DEFAULT_QUEUE, QUEUES

_MOST_LEASES = 100
_LATE_S, _SILENT_S = 45, 120
"""A heartbeat is sent every 15 s; two may be lost. After two minutes probes call a process dead."""


@dataclass(frozen=True)
class Judged:
    """A name, when it was last heard of and what that means: ``alive``, ``busy``, ``late``, ``silent``, ``never``."""

    name: str
    means: str
    ago: str
    judgement: str


@admin.register(Heartbeat)
class QueuesAdmin(ReadOnlyAdmin):
    """In place of a list of rows, the page that one opens when nothing seems to move."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The page, as of now by the database's clock."""
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        with bounded():
            waiting, in_hand, unsettled, outbox, beats = (asked(query) for query in _QUESTIONS)
            leases = asked(_LEASES, _MOST_LEASES)
        busy = {kind for kind, jobs, _ in in_hand if jobs}
        context = {
            **self.admin_site.each_context(request),
            "title": "Queues and heartbeats",
            "opts": self.opts,
            "kinds": _by_kind(waiting, in_hand),
            "unsettled": _as_shown(unsettled),
            "outbox": _as_shown(outbox),
            "beats": _judged({name: float(age) for name, age in beats}, busy),
            "leases": _leases(leases),
            "most_leases": _MOST_LEASES,
        }
        return TemplateResponse(request, "mediadock_uploads/admin/queues.html", context)


@admin.register(Outbox)
class OutboxAdmin(ReadOnlyAdmin):
    """What must still be told or done, the oldest first."""

    list_display = ("id", "topic", "payload", "attempts", "available_at", "created_at")
    ordering = ("id",)


def _by_kind(waiting: list[tuple[Any, ...]], in_hand: list[tuple[Any, ...]]) -> list[dict[str, object]]:
    waits = {kind: (count, age) for kind, count, age in waiting}
    works = {kind: (count, age) for kind, count, age in in_hand}
    return [
        {
            "kind": kind.value,
            "waiting": waits.get(kind.value, (0, None))[0],
            "oldest": human_duration(waits.get(kind.value, (0, None))[1]),
            "working": works.get(kind.value, (0, None))[0],
            "longest": human_duration(works.get(kind.value, (0, None))[1]),
        }
        for kind in Kind
    ]


def _as_shown(rows: list[tuple[Any, ...]]) -> list[tuple[object, ...]]:
    """Rows whose last column is an age in seconds."""
    return [(*row, human_duration(age)) for *row, age in rows]


def _judged(ages_s: dict[str, float], busy: set[str]) -> list[Judged]:
    names = {
        **{heartbeats.of_queue(queue): _reader(queue) for queue in QUEUES},
        heartbeats.SWEEP: "the sweeper's last whole round",
        heartbeats.RELAY: "the relay's loop",
    }
    judged = [
        Judged(name, means, human_duration(ages_s.get(name)), _judgement(name, ages_s.get(name), busy))
        for name, means in names.items()
    ]
    others = sorted(ages_s.keys() - names.keys())
    return [*judged, *(Judged(name, _OTHERS.get(name, ""), human_duration(ages_s[name]), "seen") for name in others)]


def _reader(queue: str) -> str:
    return "beat and the sweeper's worker" if queue == DEFAULT_QUEUE else f"a worker that takes {queue} jobs"


def _judgement(name: str, age_s: float | None, busy: set[str]) -> str:
    """Workers whose hands are full cannot take the task that beats; the leases that they renew say as much."""
    if age_s is not None and age_s <= _LATE_S:
        return "alive"
    if name.removeprefix("queue:") in busy:
        return "busy"
    if age_s is None:
        return "never"
    return "late" if age_s <= _SILENT_S else "silent"


def _leases(rows: list[tuple[Any, ...]]) -> list[dict[str, object]]:
    names = ("asset_id", "file_name", "kind", "attempt", "worker", "since", "left")
    return [
        {**dict(zip(names, row, strict=True)), "since": human_duration(row[5]), "left": human_duration(row[6])}
        for row in rows
    ]


_OTHERS = {heartbeats.STORE_EVENT: "the store told of the doctor's probe; as old as the doctor's last visit"}

_WAITING = """
    SELECT kind, count(*), greatest(extract(epoch FROM now() - min(due_at)), 0) FROM mediadock_asset
     WHERE <waiting> GROUP BY kind
""".replace("<waiting>", turns.WAITING)

_IN_HAND = """
    SELECT kind, count(*), extract(epoch FROM now() - min(updated_at)) FROM mediadock_asset
     WHERE lease_token IS NOT NULL AND lease_until > now() GROUP BY kind
"""

_OUTBOX = """
    SELECT topic, count(*), count(*) FILTER (WHERE available_at <= now()), max(attempts),
           extract(epoch FROM now() - min(available_at) FILTER (WHERE available_at <= now()))
      FROM mediadock_outbox GROUP BY topic ORDER BY topic
"""

_BEATS = "SELECT name, greatest(extract(epoch FROM clock_timestamp() - beaten_at), 0) FROM mediadock_heartbeat"

_LEASES = """
    SELECT id, file_name, kind, attempt, left(lease_token::text, 8), extract(epoch FROM now() - updated_at),
           extract(epoch FROM lease_until - now())
      FROM mediadock_asset WHERE lease_token IS NOT NULL ORDER BY updated_at LIMIT %s
"""

_UNSETTLED = """
    SELECT state, count(*), extract(epoch FROM now() - min(updated_at)) FROM mediadock_asset
     WHERE state IN ('pending', 'uploaded', 'processing') GROUP BY state ORDER BY state
"""

_QUESTIONS = (_WAITING, _IN_HAND, _UNSETTLED, _OUTBOX, _BEATS)
