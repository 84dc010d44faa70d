"""ISO boxes taken apart and put together again, without a doubt about what they say."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HOLD_BOXES = frozenset(
    {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"mvex", b"moof", b"traf", b"mfra", b"udta"}
)


@dataclass
class Box:
    """One box: ``body`` without its head, or ``inner`` boxes where its kind holds such."""

    kind: bytes
    body: bytes = b""
    inner: list[Box] | None = None

    def packed(self) -> bytes:
        """The box as bytes, its true size in front."""
        body = self.body if self.inner is None else packed(self.inner)
        return box(self.kind, body)

    def find(self, *path: bytes) -> Box:
        """The first box below this one along ``path``."""
        found = self
        for kind in path:
            assert found.inner is not None
            found = next(one for one in found.inner if one.kind == kind)
        return found

    def every(self, kind: bytes) -> Iterator[Box]:
        """All boxes of that kind, however deep."""
        for one in self.inner or ():
            if one.kind == kind:
                yield one
            yield from one.every(kind)


def box(kind: bytes, body: bytes) -> bytes:
    """A box with its true size."""
    return struct.pack(">I", 8 + len(body)) + kind + body


def large_box(kind: bytes, body: bytes, *, size: int | None = None) -> bytes:
    """A box with a size of 64 bits, which may lie."""
    return struct.pack(">I4sQ", 1, kind, (16 + len(body) if size is None else size) & 0xFFFF_FFFF_FFFF_FFFF) + body


def packed(boxes: list[Box]) -> bytes:
    """Boxes one after another."""
    return b"".join(one.packed() for one in boxes)


def parsed(body: bytes) -> list[Box]:
    """The boxes of a whole valid file."""
    boxes, at = [], 0
    while at < len(body):
        size, kind = struct.unpack_from(">I4s", body, at)
        inside = body[at + 8 : at + size]
        boxes.append(Box(kind, inner=parsed(inside)) if kind in _HOLD_BOXES else Box(kind, inside))
        at += size
    return boxes


def film_of(body: bytes) -> Box:
    """A whole file as one tree; ``packed`` of its ``inner`` is the file again."""
    return Box(b"file", inner=parsed(body))


def whole(film: Box) -> bytes:
    """The file of a tree of ``film_of``."""
    assert film.inner is not None
    return packed(film.inner)


def table(kind: bytes, rows: bytes, *, count: int, version: int = 0) -> Box:
    """A sample table that says it has ``count`` rows."""
    return Box(kind, struct.pack(">BxxxI", version, count & 0xFFFF_FFFF) + rows)


def put(at: Box, offset: int, form: str, *values: int) -> None:
    """Overwrite fields of a box's body."""
    body = bytearray(at.body)
    struct.pack_into(form, body, offset, *values)
    at.body = bytes(body)
