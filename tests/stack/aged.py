"""Streams of events with a past, written as years would have written them."""

from __future__ import annotations

import psycopg


def history(user_id: int, length: int, *, size_bytes: int = 10) -> None:
    """So many events of now, of a user without any, each with so many bytes in it; in the database of this process."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STREAM, [user_id, length])
        cursor.execute(_EVENTS, {"user_id": user_id, "length": length, "size_bytes": size_bytes})


def age(user_id: int, *, up_to: int, days: float) -> None:
    """The events of a user up to this ``seq`` happened so many days ago, before all that others have told.

    In the database of this process.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_AGED, {"user_id": user_id, "up_to": up_to, "days": days})


def old_stream(database_url: str, user_id: int, length: int) -> None:
    """So many events of a user without any, a thousand days ago; in any database."""
    with psycopg.connect(database_url) as connection:
        connection.execute(_STREAM, [user_id, length])
        connection.execute(_EVENTS, {"user_id": user_id, "length": length, "size_bytes": 10})
        connection.execute(_AGED, {"user_id": user_id, "up_to": length, "days": 1000})


def kept(user_id: int) -> list[int]:
    """The ``seq`` of every event that the database of this process has of a user."""
    from mediadock.uploads.models import Event

    return list(Event.objects.filter(user_id=user_id).order_by("seq").values_list("seq", flat=True))


_STREAM = "INSERT INTO mediadock_stream (user_id, last_seq) VALUES (%s, %s)"
_EVENTS = """
    INSERT INTO mediadock_event (user_id, seq, type, data)
    SELECT %(user_id)s, number, 'test_update', jsonb_build_object('number', number, 'text', repeat('x', %(size_bytes)s))
      FROM generate_series(1, %(length)s) AS number
"""
_AGED = """
    UPDATE mediadock_event SET created_at = now() - make_interval(secs => %(days)s * 86400.0), id = id - 1000000000000
     WHERE user_id = %(user_id)s AND seq <= %(up_to)s
"""
