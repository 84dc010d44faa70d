"""A farther network: TCP connections that take longer each way, and carry as much as before.

A browser's ``--host-resolver-rules`` lead it here, so that only its own requests are farther away, addresses and
signatures stay what they are, and servers that talk to each other do so as before.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

_READ_BYTES = 256 * 1024
_ON_THE_WAY = 128
"""Reads between the ends: 32 MiB in 25 ms are more than a gigabyte a second, so it never limits."""


@contextmanager
def farther(ports: Sequence[int], *, round_trip_ms: float) -> Iterator[list[str]]:
    """Chromium's arguments for which each of ``ports`` of this machine is so far away. Another process relays."""
    process_context = get_context("spawn")
    ours, theirs = process_context.Pipe()
    relay = process_context.Process(target=_relay, args=(list(ports), round_trip_ms / 2000, theirs), daemon=True)
    relay.start()
    theirs.close()  # so that a relay that dies is heard of, not waited for
    try:
        doors = ours.recv()
        rules = ", ".join(f"MAP 127.0.0.1:{port} 127.0.0.1:{door}" for port, door in zip(ports, doors, strict=True))
        yield [f"--host-resolver-rules={rules}"]
    finally:
        relay.terminate()
        relay.join()


def _relay(ports: list[int], one_way_s: float, ready: Connection) -> None:
    doors = [socket.create_server(("127.0.0.1", 0), backlog=128) for _ in ports]
    for door, port in zip(doors, ports, strict=True):
        threading.Thread(target=_serve, args=(door, port, one_way_s), daemon=True).start()
    ready.send([door.getsockname()[1] for door in doors])
    threading.Event().wait()


def _serve(door: socket.socket, port: int, one_way_s: float) -> None:
    while True:
        near, _ = door.accept()
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        far = socket.create_connection(("127.0.0.1", port))
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # the handshake is a round trip too, and the browser, which talks first, has had it for nothing
        opened = time.monotonic() + 2 * one_way_s
        for source, sink in ((near, far), (far, near)):
            way: queue.Queue[tuple[float, bytes]] = queue.Queue(_ON_THE_WAY)
            threading.Thread(target=_take, args=(source, way, opened, one_way_s), daemon=True).start()
            threading.Thread(target=_give, args=(sink, way), daemon=True).start()


def _take(source: socket.socket, way: queue.Queue[tuple[float, bytes]], opened: float, one_way_s: float) -> None:
    """Every piece with the time at which it arrives; an empty one is the end."""
    piece = b"-"
    while piece:
        try:
            piece = source.recv(_READ_BYTES)
        except OSError:
            piece = b""
        way.put((max(opened, time.monotonic()) + one_way_s, piece))


def _give(sink: socket.socket, way: queue.Queue[tuple[float, bytes]]) -> None:
    open_still = True
    while True:
        due, piece = way.get()
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            if not piece:
                sink.shutdown(socket.SHUT_WR)
                return
            if open_still:
                sink.sendall(piece)
        except OSError:
            open_still = False  # the other end hears of it by its own socket; what still comes is thrown away
            if not piece:
                return
