"""How much of a source has been read: progress where the container does not tell how long it plays."""

from __future__ import annotations

from collections.abc import Iterator

from mediadock.processing.source import Source


class CountedSource:
    """Wraps a source for one job and counts what is given out, in whichever order it is asked for."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._given_bytes = 0

    @property
    def size_bytes(self) -> int:
        """Length of the whole."""
        return self._source.size_bytes

    @property
    def percent(self) -> int:
        """Share of the whole that was given out; never 100, for reading is not all that is to be done."""
        return min(99, self._given_bytes * 100 // max(1, self.size_bytes))

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of ``[offset, offset + length)``, cut at the end."""
        body = self._source.read(offset, length)
        self._given_bytes += len(body)
        return body

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """Everything from ``start``; a block counts when it is asked for."""
        for block in self._source.chunks(start):
            self._given_bytes += len(block)
            yield block
