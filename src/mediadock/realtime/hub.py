"""All sockets of this process by user, and the one loop that reads events for them.

How it works: a socket is a cursor. Being woken, for whatever reason, only marks a user; the loop reads, in one
statement for many users, what follows the cursors of their sockets, and hands each page to the sockets
that still stand where the read began. Replay and live are the same: a socket that has just come is one that is far
behind, and nothing is handed over between two modes, so nothing is lost or repeated. Users whose page was full are
marked again.

What it cannot do: wait. A read that fails (PostgreSQL restarting) leaves its users marked and is tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from itertools import islice

from psycopg import Error as DatabaseError
from psycopg_pool import PoolTimeout

from mediadock.realtime.database import EventStore, Position
from mediadock.realtime.frames import EventRow, StoredFrame, TransientFrame, stored_frames
from mediadock.realtime.socket import PAGE_EVENTS, Socket

log = logging.getLogger(__name__)

MAX_SOCKETS_PER_USER = 20
USERS_PER_READ = 50  # times a page of 100 events of a few KiB: tens of MiB at the very most
READERS = 2
RETRY_S = 0.25
RENDERED_INLINE = 16  # fewer cost less than the way to a thread and back


class TooManySocketsError(Exception):
    """The user has as many sockets as one may have."""


class Hub:
    """Sockets by user. Not thread-safe: everything happens on the loop that ``run_reader`` runs on."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._sockets: dict[int, set[Socket]] = {}
        self._marked: dict[int, None] = {}  # a set that keeps its order: first marked, first read
        self._being_read: set[int] = set()
        self._work = asyncio.Event()
        self.hears_wakeups = False
        """False while Redis is away: events then come within the interval of the comparison."""

    def add(self, socket: Socket) -> None:
        """Serve this socket from its cursor on. Raises TooManySocketsError."""
        sockets = self._sockets.setdefault(socket.user_id, set())
        if len(sockets) >= MAX_SOCKETS_PER_USER:
            raise TooManySocketsError
        sockets.add(socket)
        self.wake([socket.user_id])

    def remove(self, socket: Socket) -> None:
        """Forget this socket; doing it twice is fine."""
        sockets = self._sockets.get(socket.user_id, set())
        sockets.discard(socket)
        if not sockets:
            self._sockets.pop(socket.user_id, None)

    def sockets(self) -> list[Socket]:
        """Every socket there is."""
        return [socket for sockets in self._sockets.values() for socket in sockets]

    @property
    def count(self) -> int:
        """How many sockets there are; may be asked from another thread."""
        return sum(map(len, list(self._sockets.values())))

    def wake(self, users: Iterable[int]) -> None:
        """These users may have new events; those without a socket here are passed over."""
        for user_id in users:
            if user_id in self._sockets:
                self._marked[user_id] = None
        self._work.set()

    def wake_all(self) -> None:
        """Anybody may have missed something."""
        self.wake(list(self._sockets))

    def wake_behind(self, last_seqs: Mapping[int, int]) -> None:
        """Wake the users who have a socket that stands before their last event."""
        self.wake(
            user_id
            for user_id, last_seq in last_seqs.items()
            if any(socket.cursor < last_seq for socket in self._sockets.get(user_id, ()))
        )

    def forward(self, users: Iterable[int], frame: TransientFrame) -> None:
        """Offer a transient frame to every socket of these users."""
        for user_id in users:
            for socket in self._sockets.get(user_id, ()):
                socket.offer(frame)

    def connected_users(self) -> list[int]:
        """Users with at least one socket."""
        return list(self._sockets)

    async def run_reader(self) -> None:
        """Read for marked users, for ever. ``READERS`` of these run, never two for the same user."""
        while True:
            await self._work.wait()
            users = list(islice((user for user in self._marked if user not in self._being_read), USERS_PER_READ))
            if not users:
                self._work.clear()
                continue
            for user_id in users:
                del self._marked[user_id]
            self._being_read.update(users)
            try:
                await self._read(users)
            except (DatabaseError, PoolTimeout, OSError) as error:
                log.warning("events cannot be read, trying again: %r", error)
                self._marked.update(dict.fromkeys(users))
                await asyncio.sleep(RETRY_S)
            finally:
                self._being_read.difference_update(users)
                self._work.set()

    async def _read(self, users: list[int]) -> None:
        positions = self._positions(users)
        if not positions:
            return
        pages = await self._store.events_after(positions)
        few = sum(map(len, pages.values())) <= RENDERED_INLINE
        rendered = _render(pages) if few else await asyncio.to_thread(_render, pages)
        for position, frames in rendered.items():
            self._deliver(position, frames)

    def _positions(self, users: Iterable[int]) -> list[Position]:
        """Where the sockets of these users stand, each place once; sockets without room come again later."""
        sockets = (socket for user_id in users for socket in self._sockets.get(user_id, ()) if socket.has_room)
        return sorted({Position(socket.user_id, socket.cursor) for socket in sockets})

    def _deliver(self, position: Position, frames: list[StoredFrame]) -> None:
        for socket in self._sockets.get(position.user_id, ()):
            if socket.cursor == position.after and socket.has_room:
                socket.push(frames)
        if len(frames) == PAGE_EVENTS:
            self.wake([position.user_id])


def _render(pages: Mapping[Position, list[EventRow]]) -> Mapping[Position, list[StoredFrame]]:
    return {position: stored_frames(rows, viewer_id=position.user_id) for position, rows in pages.items() if rows}
