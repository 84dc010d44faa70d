"""A program that jumps between sound and pictures far apart does not make the store send the film many times over."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator

from mediadock.processing.sandbox.bridge import Bridge
from mediadock.processing.seekable import SeekableSource
from mediadock.processing.source import BLOCK_BYTES, MemorySource

HALF = 48 * BLOCK_BYTES
STEP = 32 * 1024
JUMPS = 150


class Counted(MemorySource):
    """Counts what it hands out."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.given = 0

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        for piece in super().chunks(start):
            self.given += len(piece)
            yield piece


def read_a_little(port: int, path: str, offset: int) -> bytes:
    """As FFmpeg does at a jump: ask for all that follows, read a little, hang up."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers={"Range": f"bytes={offset}-"})
        return connection.getresponse().read(STEP)
    finally:
        connection.close()


def test_jumping_does_not_multiply_what_is_read() -> None:
    body = bytes(range(256)) * (2 * HALF // 256)
    counted = Counted(body)
    bridge = Bridge(SeekableSource(counted))
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    with bridge.serving(listener, on_error=lambda: None):
        for number in range(JUMPS):
            for side in (0, HALF):
                offset = side + number * STEP
                assert read_a_little(port, bridge.path, offset) == body[offset : offset + STEP]
    assert bridge.error is None
    assert counted.given < len(body) // 2
