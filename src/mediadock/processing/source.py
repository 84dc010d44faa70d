"""What processing reads from: one pinned object, by ranges or as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

BLOCK_BYTES = 1024 * 1024


class Source(Protocol):
    """Bytes that do not change while they are read; the store's pinned object is one.

    Errors of the store travel through untouched: the sandbox is torn down and the caller sees them.
    """

    @property
    def size_bytes(self) -> int:
        """Length of the whole."""

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of ``[offset, offset + length)``, cut at the end of the source."""

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """Everything from ``start`` in blocks of the source's choosing, one pass."""


class MemorySource:
    """A source over bytes already in memory: small files, tests and benchmarks."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    @property
    def size_bytes(self) -> int:
        """Length of the whole."""
        return len(self._body)

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of ``[offset, offset + length)``, cut at the end."""
        return self._body[offset : offset + length]

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """Everything from ``start``, a mebibyte at a time."""
        for offset in range(start, len(self._body), BLOCK_BYTES):
            yield self._body[offset : offset + BLOCK_BYTES]
