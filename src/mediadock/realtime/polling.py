"""A user's events by asking for them: the same rows, in the same order, as over the socket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from mediadock.uploads.models import Event, Stream
from mediadock.uploads.snapshot import Snapshot, render


class WireEvent(TypedDict):
    """A stored event as the socket sends it."""

    type: str
    seq: int
    data: Snapshot


@dataclass(frozen=True)
class EventsPage:
    """Events in order, and the ``seq`` of the stream's last one."""

    items: list[WireEvent]
    last_seq: int


def events_after(user_id: int, *, after: int, limit: int) -> EventsPage:
    """At most ``limit`` events that follow ``after``.

    ``last_seq`` is how far the stream is: after a full page go on from the last item, until they meet. A client that
    is ahead of it (a restored backup) learns where the server is.
    """
    # Read before the rows: an event between the two reads is then in the rows, and nobody skips it by last_seq.
    stream = Stream.objects.filter(pk=user_id).values_list("last_seq", flat=True).first() or 0
    rows = Event.objects.filter(user_id=user_id, seq__gt=after).order_by("seq")[:limit]
    items = [WireEvent(type=row.type, seq=row.seq, data=render(row.data, viewer_id=user_id)) for row in rows]
    return EventsPage(items, max(stream, items[-1]["seq"] if items else 0))
