"""Step 1: the file as pdfium reads it: whole in memory when it is small, by ranges when it is not.

pdfium asks for half a kilobyte at a time, at the end, at the start and wherever the page's parts lie.
"""

from __future__ import annotations

import io
import os
from collections import OrderedDict

from mediadock.processing.limits import MIB
from mediadock.processing.sandbox.child import Parent

WHOLE_UP_TO_BYTES = 4 * MIB
_BLOCK_BYTES = MIB // 4
_CACHED_BLOCKS = 64
_READ_AHEAD_BLOCKS = 16


def take_in(parent: Parent) -> io.RawIOBase | io.BytesIO:
    """A stream to seek in."""
    return io.BytesIO(parent.read_all()) if parent.size_bytes <= WHOLE_UP_TO_BYTES else ByRanges(parent)


class ByRanges(io.RawIOBase):
    """A file that stays in the store. The last 16 MiB that were read are kept; who reads on gets ever more at once."""

    def __init__(self, parent: Parent) -> None:
        self._parent = parent
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._next = -1  # the block behind the last one that was fetched
        self._ahead = 1

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move; the answer is the position from the start."""
        self._position = (0, self._position, self._parent.size_bytes)[whence] + offset
        return self._position

    def tell(self) -> int:
        """The position from the start."""
        return self._position

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # pdfium's buffer is a ctypes array
        """Fill ``buffer`` from the position, as far as the file goes."""
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view) and 0 <= self._position < self._parent.size_bytes:
            number, at = divmod(self._position, _BLOCK_BYTES)
            piece = self._block(number)[at : at + len(view) - filled]
            if not piece:
                break
            view[filled : filled + len(piece)] = piece
            filled += len(piece)
            self._position += len(piece)
        return filled

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            self._fetch(number)
        self._blocks.move_to_end(number)
        return self._blocks[number]

    def _fetch(self, number: int) -> None:
        """Read a block; a request that goes on where the last one ended takes twice as much as that one."""
        self._ahead = min(2 * self._ahead, _READ_AHEAD_BLOCKS) if number == self._next else 1
        self._next = number + self._ahead
        body = memoryview(self._parent.read(number * _BLOCK_BYTES, self._ahead * _BLOCK_BYTES))
        for index in reversed(range(self._ahead)):  # the one that is wanted comes last and is the newest
            self._blocks[number + index] = bytes(body[index * _BLOCK_BYTES : (index + 1) * _BLOCK_BYTES])
        while len(self._blocks) > _CACHED_BLOCKS:
            self._blocks.popitem(last=False)
