"""Many readers of many streams in one event loop, some of whom lose their connection and come back."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

CONNECTING_AT_ONCE = 50
MOST_CUTS = 2
LONGEST_ABSENCE_S = 2.0
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, for no time: closing sends RST instead of FIN


class Seen(NamedTuple):
    """A stored event as it came: when, and when the socket that brought it was opened (``time.monotonic``)."""

    seq: int
    data: Mapping[str, Any]
    arrived: float
    opened: float


@dataclass
class Reader:
    """A client of the socket that remembers the last ``seq`` and nothing else."""

    url: str
    user_id: int
    token: str
    seen: list[Seen] = field(default_factory=list)
    resets: int = 0
    opened_in_s: list[float] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    """Why connections ended or failed that nobody cut."""
    _connection: ClientConnection | None = None
    _cut: bool = False

    @property
    def last_seq(self) -> int:
        return self.seen[-1].seq if self.seen else 0

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    async def follow(self, doors: asyncio.Semaphore, chance: random.Random) -> None:
        """Read and come back, for ever."""
        while True:
            try:
                await self._read_one_socket(doors)
            except (ConnectionClosed, InvalidHandshake, OSError) as error:
                if not self._cut:
                    self.ends[_why(error)] += 1
            self._connection, self._cut = None, False
            await asyncio.sleep(chance.uniform(0, LONGEST_ABSENCE_S))

    async def _read_one_socket(self, doors: asyncio.Semaphore) -> None:
        async with doors:
            asked = time.monotonic()
            connection = await connect(
                f"{self.url}?after={self.last_seq}",
                subprotocols=["mediadock", f"bearer.{self.token}"],  # type: ignore[list-item]
                compression=None,
                ping_interval=None,
                proxy=None,
                open_timeout=30,
            )
        opened = time.monotonic()
        self.opened_in_s.append(opened - asked)
        self._connection = connection
        try:
            async for text in connection:
                frame = json.loads(text)
                if frame["seq"] is not None:
                    self.seen.append(Seen(frame["seq"], frame["data"], time.monotonic(), opened))
        finally:
            connection.transport.abort()
            await connection.wait_closed()

    async def lose_connection(self) -> None:
        """Reset it as soon as there is one: also in the middle of what it missed."""
        while self._connection is None:
            await asyncio.sleep(0.001)
        self._cut, self.resets = True, self.resets + 1
        transport = self._connection.transport
        plug: socket.socket = transport.get_extra_info("socket")
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._connection = None
        transport.abort()


@dataclass
class Crowd:
    """Readers in the running loop. ``share`` of them lose their connections while ``busy_s`` pass, once or twice."""

    readers: Sequence[Reader]
    chance: random.Random
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def arrive(self, *, within_s: float) -> None:
        """All of them open. Raises TimeoutError."""
        doors = asyncio.Semaphore(CONNECTING_AT_ONCE)
        self._tasks = [asyncio.create_task(reader.follow(doors, self.chance)) for reader in self.readers]
        await _until(lambda: all(reader.is_open for reader in self.readers), within_s=within_s)

    async def suffer(self, *, share: float, busy_s: float) -> None:
        """Cut the connections of ``share`` of the readers, at any moments of the next ``busy_s``."""
        unlucky = self.chance.sample(list(self.readers), round(share * len(self.readers)))

        async def cut(reader: Reader, moments: Iterable[float]) -> None:
            began = time.monotonic()
            for moment in sorted(moments):
                await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
                await reader.lose_connection()

        cuts = [[self.chance.uniform(0, busy_s) for _ in range(self.chance.randint(1, MOST_CUTS))] for _ in unlucky]
        await asyncio.gather(*(cut(reader, moments) for reader, moments in zip(unlucky, cuts, strict=True)))

    async def catch_up(self, last_seqs: Mapping[int, int], *, within_s: float) -> None:
        """All have seen their last event, or the time is over: what is missing then is found by comparing."""
        with suppress(TimeoutError):
            await _until(
                lambda: all(reader.last_seq >= last_seqs.get(reader.user_id, 0) for reader in self.readers),
                within_s=within_s,
            )

    async def leave(self) -> None:
        """Nobody reads any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _until(holds: Any, *, within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(0.02)


def _why(error: Exception) -> str:
    if isinstance(error, ConnectionClosed):
        return f"closed with {error.rcvd.code}" if error.rcvd else "closed without a word"
    return type(error).__name__
