"""Numbered facts: append events to users' streams inside the transaction that makes them true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from mediadock.uploads import doorbell
from mediadock.uploads.models import Event

NEXT_SEQ = """
    INSERT INTO mediadock_stream (user_id, last_seq) VALUES (%s, 1)
    ON CONFLICT (user_id) DO UPDATE SET last_seq = mediadock_stream.last_seq + 1
    RETURNING last_seq
"""


def append_event(
    users: Iterable[int], *, event_type: str, data: Mapping[str, Any], asset_id: int | None = None
) -> None:
    """Add one fact to the stream of each user, and ring for them after commit.

    Streams are locked in the order of user ids, everywhere, so two transactions cannot wait for each other.
    """
    audience = sorted(set(users))
    with connection.cursor() as cursor:
        for user_id in audience:
            cursor.execute(NEXT_SEQ, [user_id])
            seq = cursor.fetchone()[0]
            Event.objects.create(user_id=user_id, seq=seq, type=event_type, asset_id=asset_id, data=data)
    doorbell.ring_users_on_commit(audience)
