"""Step 0: how the file reaches the decoder: whole in memory when it is small, by ranges when it is not."""

from __future__ import annotations

from typing import Protocol

import pyvips  # type: ignore[import-untyped]

from mediadock.core.errors import ContentRejected
from mediadock.processing.limits import MIB
from mediadock.processing.sandbox.child import Parent

WHOLE_UP_TO_BYTES = 64 * MIB
_READ_AHEAD_BYTES = MIB
# These decoders map the whole file, wherever it comes from; beyond this it is no picture that we could hold.
_MAPPED_UP_TO_BYTES = 256 * MIB
_MAPPING_DECODERS = frozenset({"image/webp", "image/avif", "image/heic", "image/heif", "image/gif"})


class Intake(Protocol):
    """A file that libvips can open as often as it likes; ``options`` are those of the loader, as in a file name."""

    def open(self, options: str = "") -> pyvips.Image:
        """Read the header."""

    def thumbnail(self, width: int, options: str = "", **shape: object) -> pyvips.Image:
        """Decode to fit, shrinking while loading where the format can."""

    def whole(self) -> bytes:
        """Every byte, for decoders that take nothing else."""


def take_in(parent: Parent, content_type: str) -> Intake:
    """The cheaper way for this size; ContentRejected ``image_too_large`` when no decoder of ours can hold it."""
    if parent.size_bytes <= WHOLE_UP_TO_BYTES:
        return InMemory(parent.read_all())
    if content_type in _MAPPING_DECODERS and parent.size_bytes > _MAPPED_UP_TO_BYTES:
        raise ContentRejected(
            "image_too_large",
            f"This picture's file is too large: at most {_MAPPED_UP_TO_BYTES // MIB} MiB in this format.",
        )
    return ByRanges(parent)


class InMemory:
    """The whole file as bytes."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def open(self, options: str = "") -> pyvips.Image:
        """Read the header."""
        return pyvips.Image.new_from_buffer(self._body, options, access="sequential")

    def thumbnail(self, width: int, options: str = "", **shape: object) -> pyvips.Image:
        """Decode to fit."""
        return pyvips.Image.thumbnail_buffer(self._body, width, option_string=options, **shape)

    def whole(self) -> bytes:
        """Every byte."""
        return self._body


class ByRanges:
    """A file that stays in the store; blocks of a mebibyte are read as the decoder moves on."""

    def __init__(self, parent: Parent) -> None:
        self._parent = parent
        self._alive: list[pyvips.SourceCustom] = []  # pyvips forgets its callbacks with the source's last reference

    def open(self, options: str = "") -> pyvips.Image:
        """Read the header."""
        return pyvips.Image.new_from_source(self._source(), options, access="sequential")

    def thumbnail(self, width: int, options: str = "", **shape: object) -> pyvips.Image:
        """Decode to fit."""
        return pyvips.Image.thumbnail_source(self._source(), width, option_string=options, **shape)

    def whole(self) -> bytes:
        """Every byte; the caller's decoder must hold them anyway."""
        return self._parent.read_all()

    def _source(self) -> pyvips.SourceCustom:
        cursor = _Cursor(self._parent)
        source = pyvips.SourceCustom()
        source.on_read(cursor.read)
        source.on_seek(cursor.seek)
        self._alive.append(source)
        return source


class _Cursor:
    """A position in the source, and the block around it."""

    def __init__(self, parent: Parent) -> None:
        self._parent = parent
        self._position = 0
        self._block_start = 0
        self._block = b""

    def read(self, length: int) -> bytes:
        offset = self._position - self._block_start
        if not 0 <= offset < len(self._block):
            self._block = self._parent.read(self._position, max(length, _READ_AHEAD_BYTES))
            self._block_start, offset = self._position, 0
        piece = self._block[offset : offset + length]
        self._position += len(piece)
        return piece

    def seek(self, offset: int, whence: int) -> int:
        base = (0, self._position, self._parent.size_bytes)[whence]
        self._position = max(0, base + offset)
        return self._position
