"""A user's events by asking for them: the same rows, in the same order, as over the socket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from django.db.models import Subquery

from mediadock.uploads.models import Event, Stream
from mediadock.uploads.snapshot import Snapshot, render


class WireEvent(TypedDict):
    """A stored event as the socket sends it."""

    type: str
    seq: int
    data: Snapshot


@dataclass(frozen=True)
class EventsPage:
    """Events in order, and the ``seq`` of the first and of the last that the stream has."""

    items: list[WireEvent]
    first_seq: int
    last_seq: int


def events_after(user_id: int, *, after: int, limit: int) -> EventsPage:
    """At most ``limit`` events that follow ``after``.

    ``last_seq`` is how far the stream is: after a full page go on from the last item, until they meet. A client that
    is ahead of it (a restored backup) learns where the server is. ``first_seq`` is the oldest event that is kept, 1
    where there is none yet: what lies between ``after`` and it is pruned.
    """
    kept = Subquery(Event.objects.filter(user_id=user_id).order_by("seq").values("seq")[:1])
    # Read before the rows: an event between the two reads is then in the rows, and nobody skips it by last_seq.
    last, first = Stream.objects.filter(pk=user_id).values_list("last_seq", kept).first() or (0, 1)
    # The first one kept is read once more, with the rows: what is pruned between the two reads is missed by this page.
    rows = list(Event.objects.filter(user_id=user_id, seq__gt=after).annotate(first=kept).order_by("seq")[:limit])
    items = [WireEvent(type=row.type, seq=row.seq, data=render(row.data, viewer_id=user_id)) for row in rows]
    return EventsPage(items, rows[0].first if rows else first, max(last, rows[-1].seq if rows else 0))
