"""TCP wires before the store, Redis and PostgreSQL that a test delays, stalls, cuts and lies on.

One thread runs an event loop for all of them. What a wire does is said by its ``fault`` and holds for every byte from
then on, on connections that are open already too.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"
_BLOCK_BYTES = 64 * 1024
_LOOK_S = 0.02
_NO_LINGER = struct.pack("ii", 1, 0)
_BUSY_BODY = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please slow down.</Message></Error>"
_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/xml\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_BUSY_BODY), _BUSY_BODY)
)


@dataclass(frozen=True)
class Pass:
    """Nothing happens."""


@dataclass(frozen=True)
class Delay:
    """Every block comes so much later."""

    seconds: float


@dataclass(frozen=True)
class Stall:
    """Nothing moves, and nobody is told, until the fault ends; then it goes on."""


@dataclass(frozen=True)
class Reset:
    """Every connection, old or new, is reset."""


@dataclass(frozen=True)
class Busy:
    """HTTP only: whoever asks is answered 503, and the connection ends."""


@dataclass(frozen=True)
class Truncate:
    """Every connection ends, in order, after so many more bytes of what the server says."""

    after_bytes: int


Fault = Pass | Delay | Stall | Reset | Busy | Truncate


class Wire:
    """Carries connections on ``port`` to another port of this machine; ``held`` counts blocks that wait in a stall."""

    def __init__(self, to_port: int) -> None:
        self.fault: Fault = Pass()
        self.port = 0
        self.held = 0
        self._to_port = to_port
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._connected, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _connected(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        try:
            far_in, far_out = await asyncio.open_connection(LOOPBACK, self._to_port)
        except OSError:  # nobody listens behind, so nobody seems to listen here
            _reset(near_out)
            return
        both = [
            asyncio.create_task(self._carry(near_in, far_out, near_out, asks=True)),
            asyncio.create_task(self._carry(far_in, near_out, near_out, asks=False)),
            asyncio.create_task(self._until_reset()),
        ]
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if both[2] not in done:  # what is under way the other way still arrives
                await asyncio.wait(both, timeout=1.0, return_when=asyncio.ALL_COMPLETED)
        except asyncio.CancelledError:
            return  # asyncio's streams complain of a handler that does not return
        finally:
            for task in both:
                task.cancel()
            for writer in (near_out, far_out):
                _reset(writer) if isinstance(self.fault, Reset) else writer.close()

    async def _until_reset(self) -> None:
        while not isinstance(self.fault, Reset):
            await asyncio.sleep(_LOOK_S)

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, near: asyncio.StreamWriter, *, asks: bool
    ) -> None:
        left: int | None = None
        with suppress(OSError):
            while block := await source.read(_BLOCK_BYTES):
                await self._held_up()
                fault = self.fault
                if isinstance(fault, Reset):
                    return
                if isinstance(fault, Busy) and asks:
                    near.write(_BUSY)
                    await near.drain()
                    return
                if isinstance(fault, Truncate) and not asks:
                    left = fault.after_bytes if left is None else left
                    block, left = block[:left], left - len(block[:left])
                sink.write(block)
                await sink.drain()
                if left == 0:
                    return

    async def _held_up(self) -> None:
        if isinstance(self.fault, Delay):
            await asyncio.sleep(self.fault.seconds)
        if isinstance(self.fault, Stall):
            self.held += 1
            while isinstance(self.fault, Stall):
                await asyncio.sleep(_LOOK_S)
            self.held -= 1


def _reset(writer: asyncio.StreamWriter) -> None:
    """End it as a machine does that has lost its power."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        with suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    writer.transport.abort()


@contextmanager
def wires_to(*ports: int) -> Iterator[list[Wire]]:
    """A wire to each of these ports of this machine, cut at the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="wires", daemon=True)
    thread.start()
    wires = [Wire(port) for port in ports]
    for wire in wires:
        asyncio.run_coroutine_threadsafe(wire.open(), loop).result(timeout=10.0)
    try:
        yield wires
    finally:
        asyncio.run_coroutine_threadsafe(_end_all(wires), loop).result(timeout=10.0)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10.0)
        loop.close()


async def _end_all(wires: list[Wire]) -> None:
    for wire in wires:
        wire.close()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(_LOOK_S)  # transports are closed a turn of the loop later
