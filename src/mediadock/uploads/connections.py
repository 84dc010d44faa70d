"""The database connections of work that lasts: a restart of PostgreSQL ends those that idle, and nobody is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from psycopg import pq

T = TypeVar("T")
DATABASE_AWAY = (OperationalError, InterfaceError)
"""What Django raises while PostgreSQL is away, starts, or has ended our session."""

PATIENCE_S = 120.0
"""How long work in hand waits for the database: longer than a restart, or than most take to move to a standby."""

_PAUSE_S = 0.5


def outlasting_the_database(step: Callable[[], T]) -> T:
    """What ``step`` gives, tried again while the database is away, for ``PATIENCE_S``; then the error is raised.

    A step that is tried again may have been committed before: the answer was lost, and not what it said. Not for use
    inside a transaction.
    """
    deadline = time.monotonic() + PATIENCE_S
    replace_dead_connections()
    while True:
        try:
            return step()
        except DATABASE_AWAY:
            if time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE_S)
        replace_dead_connections()


def replace_dead_connections() -> None:
    """Make the next statement of this thread meet a living connection.

    While PostgreSQL starts, that statement waits for one, no longer than the pool's timeout. Not for use inside a
    transaction.
    """
    if connection.connection is not None and not connection.is_usable():
        connection.close()
    pool = getattr(connection, "pool", None)  # only where Django pools its connections
    if pool is not None:
        pool.check()


def give_connection_back() -> None:
    """Let others have this thread's connection while something slow is asked; the next statement takes another.

    Nothing is done inside a transaction, or where Django pools no connections: there a new one would be opened.
    """
    if not connection.in_atomic_block and getattr(connection, "pool", None) is not None:
        connection.close()


def libpq_parameters() -> dict[str, Any]:
    """How Django's settings reach the database, for a connection that is not Django's: TLS and all that libpq knows."""
    database = settings.DATABASES["default"]
    known = {one.keyword.decode() for one in pq.Conninfo.get_defaults()}
    further = {name: value for name, value in database.get("OPTIONS", {}).items() if name in known}
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return further | {name: database[setting] for name, setting in names.items() if database.get(setting)}


@contextmanager
def the_only_one(turn: int) -> Iterator[bool]:
    """Whether nobody else is in a block of this ``turn``; nobody waits. Who dies in it is in it no more.

    For what lasts for minutes, and so outside of any transaction. The block keeps this thread's connection.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [turn])
        row = cursor.fetchone()
    is_ours = bool(row and row[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with suppress(*DATABASE_AWAY), connection.cursor() as cursor:  # whose end has ended it too
                cursor.execute("SELECT pg_advisory_unlock(%s)", [turn])
