"""Places in the database where a test holds whoever comes by: the one moment that it wants to break something in.

A gate is a trigger on the assets' table that waits for an advisory lock, which the test holds until it opens the gate.
A restart of PostgreSQL opens it, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from stack.breakable import BreakableServer
from stack.waiting import eventually

CLAIMED = "new.attempt > old.attempt"
FIRST_PICTURE = "new.state = 'processing' AND old.variants = '{}' AND new.variants <> '{}'"
READY = "new.state = 'ready'"

_LOCK = 20261122
_FUNCTION = """
    CREATE OR REPLACE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock({lock});
        RETURN new;
    END $$
"""
_IN_IT = (
    "CREATE TRIGGER gate BEFORE UPDATE ON mediadock_asset FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION wait_at_gate()"
)
_AT_COMMIT = (
    "CREATE CONSTRAINT TRIGGER gate AFTER UPDATE ON mediadock_asset DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION wait_at_gate()"
)
_WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"


class Gate:
    """A gate that is shut; ``holder`` is the session that keeps it so."""

    def __init__(self, server: BreakableServer, holder: psycopg.Connection) -> None:
        self._server = server
        self._holder = holder

    def wait_until_reached(self) -> None:
        """Until somebody stands before it."""
        eventually(lambda: self._server.ask_database(_WAITING, _LOCK) == (1,), within_s=60.0)

    def open(self) -> None:
        """Let everybody pass from now on; open already is fine."""
        self._holder.close()


@contextmanager
def gate(server: BreakableServer, when: str, *, at_commit: bool = False) -> Iterator[Gate]:
    """A shut gate before every change of an asset that is so, or, with ``at_commit``, before its commit."""
    url = server.embedded.stack.postgres.url
    with psycopg.connect(url, autocommit=True) as builder:
        builder.execute(_FUNCTION.format(lock=_LOCK).encode())
        builder.execute((_AT_COMMIT if at_commit else _IN_IT).format(when=when).encode())
    holder = psycopg.connect(url, autocommit=True)
    try:
        holder.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        yield Gate(server, holder)
    finally:
        holder.close()
        with psycopg.connect(url, autocommit=True) as builder:
            builder.execute("DROP TRIGGER gate ON mediadock_asset")
