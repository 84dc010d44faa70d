"""A wire before PostgreSQL on which what the server says is changed; all else passes as it is."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

Forgery = Callable[[bytes], bytes]
"""What becomes of a block of the server's words. Lengths are told before what they are of, so it keeps them."""

_BLOCK_BYTES = 64 * 1024


@contextmanager
def forged(url: str, forgery: Forgery) -> Iterator[str]:
    """The URL of the same database, by way of the forger."""
    parts = urlsplit(url)
    behind = (str(parts.hostname), int(parts.port or 5432))
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_serve, args=(door, behind, forgery), daemon=True).start()
        here = f"127.0.0.1:{door.getsockname()[1]}"
        yield url.replace(f"{parts.hostname}:{parts.port}", here, 1)
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)  # the thread that accepts hears of it


def _serve(door: socket.socket, behind: tuple[str, int], forgery: Forgery) -> None:
    with suppress(OSError):
        while True:
            near, _ = door.accept()
            far = socket.create_connection(behind, timeout=30.0)
            for source, sink, change in ((near, far, _as_it_is), (far, near, forgery)):
                threading.Thread(target=_carry, args=(source, sink, change), daemon=True).start()


def _carry(source: socket.socket, sink: socket.socket, change: Forgery) -> None:
    with suppress(OSError):
        while block := source.recv(_BLOCK_BYTES):
            sink.sendall(change(block))
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    source.close()


def _as_it_is(block: bytes) -> bytes:
    return block
