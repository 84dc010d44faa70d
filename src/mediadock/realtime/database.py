"""The socket process's own way to PostgreSQL: a few async connections for any number of sockets.

Apart from Django's connections, which belong to threads: two thousand sockets share ``MAX_CONNECTIONS``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import AsyncConnection, OperationalError
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from mediadock.realtime.frames import EventRow
from mediadock.realtime.socket import PAGE_EVENTS
from mediadock.uploads.connections import libpq_parameters

MAX_CONNECTIONS = 4
log = logging.getLogger(__name__)

_EVENTS_AFTER = """
    SELECT wanted.user_id, wanted.after, event.seq, event.type, event.asset_id, event.data
    FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (user_id, after)
    CROSS JOIN LATERAL (
        SELECT seq, type, asset_id, data::text AS data FROM mediadock_event
        WHERE user_id = wanted.user_id AND seq > wanted.after ORDER BY seq LIMIT %s
    ) AS event
    ORDER BY wanted.user_id, wanted.after, event.seq
"""
_LAST_SEQS = "SELECT user_id, last_seq FROM mediadock_stream WHERE user_id = ANY(%s)"


@dataclass(frozen=True, order=True)
class Position:
    """A place in a user's stream: everything up to ``after`` is known."""

    user_id: int
    after: int


class EventStore:
    """Reads of streams and events. Raises psycopg's OperationalError and PoolTimeout while PostgreSQL is away."""

    def __init__(self) -> None:
        self._pool: AsyncConnectionPool[AsyncConnection] = AsyncConnectionPool(
            _conninfo(),
            min_size=1,
            max_size=MAX_CONNECTIONS,
            timeout=5,
            reconnect_timeout=2,  # then whoever asks next makes it try anew; the default waits a minute and more
            kwargs={"autocommit": True, "prepare_threshold": 0},
            check=None,
            open=False,
            name="realtime",
        )

    async def open(self) -> None:
        await self._pool.open(wait=False)

    async def close(self) -> None:
        await self._pool.close(timeout=1)

    async def events_after(self, positions: Sequence[Position]) -> Mapping[Position, list[EventRow]]:
        """For each position at most ``PAGE_EVENTS`` events that follow it, in order; one statement for all."""
        found: dict[Position, list[EventRow]] = {position: [] for position in positions}
        users, afters = [one.user_id for one in positions], [one.after for one in positions]
        for user_id, after, seq, event_type, asset_id, data in await self._rows(
            _EVENTS_AFTER, [users, afters, PAGE_EVENTS]
        ):
            found[Position(user_id, after)].append(EventRow(seq, event_type, asset_id, data))
        return found

    async def last_seqs(self, users: Iterable[int]) -> Mapping[int, int]:
        """The last ``seq`` of each of these users who has any event."""
        return dict(await self._rows(_LAST_SEQS, [list(users)]))

    async def _rows(self, statement: LiteralString, values: Sequence[Any]) -> list[Any]:
        """What a statement finds. After a restart of PostgreSQL idle connections are dead; they are found out here."""
        for _dead_one in range(MAX_CONNECTIONS):
            try:
                return await self._rows_once(statement, values)
            except PoolTimeout:
                raise
            except OperationalError as error:
                log.info("a connection was gone: %s", error)
        return await self._rows_once(statement, values)

    async def _rows_once(self, statement: LiteralString, values: Sequence[Any]) -> list[Any]:
        async with self._pool.connection() as connection:
            return await (await connection.execute(statement, values)).fetchall()


def _conninfo() -> str:
    given = libpq_parameters()
    limits = "-c statement_timeout=10000 -c default_transaction_read_only=on"
    ours = {"application_name": "mediadock-realtime", "options": f"{given.get('options', '')} {limits}".strip()}
    return make_conninfo("", **given | ours)
