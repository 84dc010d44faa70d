"""The database connections of work that lasts: a restart of PostgreSQL ends those that idle, and nobody is told."""

from __future__ import annotations

from django.db import connection


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
