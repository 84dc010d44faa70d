"""A source made cheap to seek in: what demuxers do, who jump between the index, the sound and the pictures.

Blocks of half a mebibyte go through a small cache, and the streams behind the last few positions stay open, so that
reading on at any of them is one request to the store in all, not one per jump.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator

from mediadock.processing.source import Source

_BLOCK_BYTES = 512 * 1024
_CACHED_BLOCKS = 12
"""Enough for a few positions with what the bridge sends ahead at each: film and sound far apart are read 1.02 times."""

_OPEN_STREAMS = 4


class SeekableSource:
    """Wraps a source for one job; thread-safe. Holds at most about 8 MiB. Close it to hang up on the store."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._streams: OrderedDict[int, _Stream] = OrderedDict()  # by the block that each gives next

    @property
    def size_bytes(self) -> int:
        """Length of the whole."""
        return self._source.size_bytes

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of ``[offset, offset + length)``, cut at the end of the source."""
        end = min(offset + length, self.size_bytes)
        pieces = []
        while offset < end:
            block = self._block(offset // _BLOCK_BYTES)
            at = offset % _BLOCK_BYTES
            pieces.append(block[at : at + end - offset])
            offset += len(pieces[-1])
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """Everything from ``start``, a block at a time."""
        while start < self.size_bytes:
            block = self._block(start // _BLOCK_BYTES)
            at = start % _BLOCK_BYTES
            yield block[at:] if at else block
            start += len(block) - at

    def close(self) -> None:
        """Drop the cache and the open streams."""
        with self._lock:
            self._blocks.clear()
            while self._streams:
                self._streams.popitem()[1].close()

    def _block(self, number: int) -> bytes:
        with self._lock:
            block = self._blocks.pop(number, None)
            if block is None:
                block = self._fetch(number)
            self._blocks[number] = block  # as the newest
            while len(self._blocks) > _CACHED_BLOCKS:
                self._blocks.popitem(last=False)
            return block

    def _fetch(self, number: int) -> bytes:
        stream = self._streams.pop(number, None) or _Stream(self._source.chunks(number * _BLOCK_BYTES))
        block = stream.read(min(_BLOCK_BYTES, self.size_bytes - number * _BLOCK_BYTES))
        if (number + 1) * _BLOCK_BYTES >= self.size_bytes:
            stream.finish()
        else:
            self._streams[number + 1] = stream
            while len(self._streams) > _OPEN_STREAMS:
                self._streams.popitem(last=False)[1].close()
        return block


class _Stream:
    """Blocks of our own size out of a source's own."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, length: int) -> bytes:
        """Exactly ``length`` bytes; the source answers for there being so many."""
        pieces, missing = [], length
        while missing > 0:
            piece = self._rest or next(self._pieces)
            pieces.append(piece[:missing])
            self._rest = piece[missing:]
            missing -= len(pieces[-1])
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def finish(self) -> None:
        """Let the source see its end, which is where it counts and hashes."""
        for _ in self._pieces:
            pass

    def close(self) -> None:
        """Hang up."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
