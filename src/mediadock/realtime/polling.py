"""A user's events by asking for them: the same rows, in the same order, as over the socket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypedDict

from django.db.models import Subquery

from mediadock.realtime.frames import shown
from mediadock.uploads.models import Event, Stream
from mediadock.uploads.snapshot import Snapshot


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
    where there is none yet: what lies between ``after`` and it is pruned. Events that cannot be shown are left out.
    """
    kept = Subquery(Event.objects.filter(user_id=user_id).order_by("seq").values("seq")[:1])
    # Read before the rows: an event between the two reads is then in the rows, and nobody skips it by last_seq.
    last, first = Stream.objects.filter(pk=user_id).values_list("last_seq", kept).first() or (0, 1)
    events = Event.objects.filter(user_id=user_id).order_by("seq")
    while True:
        # The first one kept is read once more, with the rows: this page misses what is pruned between the two reads.
        rows = list(events.filter(seq__gt=after).annotate(first=kept)[:limit])
        if rows:
            first, last = rows[0].first, max(last, rows[-1].seq)
        items = list(_shown(rows, user_id))
        if items or len(rows) < limit:
            return EventsPage(items, first, last)
        after = rows[-1].seq  # nobody can show a whole page: who asks goes on from an item, so there must be one


def _shown(rows: Iterable[Event], viewer_id: int) -> Iterator[WireEvent]:
    for row in rows:
        data = shown(row.data, viewer_id=viewer_id, seq=row.seq)
        if data is not None:
            yield WireEvent(type=row.type, seq=row.seq, data=data)
