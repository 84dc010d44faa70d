"""Matroska written element by element, so that every size, time and count can lie."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

UNKNOWN_SIZE = b"\x01" + b"\xff" * 7
EBML, SEGMENT, INFO, TRACKS, CLUSTER = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
TAGS, ATTACHMENTS, CHAPTERS, VOID = 0x1254C367, 0x1941A469, 0x1043A770, 0xEC
_VIDEO, _SUBTITLE = 1, 17


def element(number: int, body: bytes, *, size: bytes | None = None) -> bytes:
    """An element; ``size`` replaces the true one."""
    name = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return name + (size if size is not None else _shortest(len(body))) + body


def sized(value: int) -> bytes:
    """A size in eight bytes."""
    return b"\x01" + value.to_bytes(7, "big")


def number(element_id: int, value: int) -> bytes:
    """An element that holds an unsigned number."""
    return element(element_id, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def text(element_id: int, value: bytes) -> bytes:
    """An element that holds text, whatever its bytes are."""
    return element(element_id, value)


def head(doctype: bytes = b"matroska") -> bytes:
    """The EBML head of a file."""
    limits = number(0x42F2, 4) + number(0x42F3, 8)
    return element(EBML, number(0x4286, 1) + number(0x42F7, 1) + limits + text(0x4282, doctype) + number(0x4287, 4))


def info(*, duration: float | None = None, scale_ns: int = 1_000_000, title: bytes = b"") -> bytes:
    """Segment information; ``duration`` counts units of ``scale_ns``."""
    said = number(0x2AD7B1, scale_ns) + text(0x4D80, b"x") + text(0x5741, b"x")
    if duration is not None:
        said += element(0x4489, struct.pack(">d", duration))
    return element(INFO, said + (text(0x7BA9, title) if title else b""))


def _shortest(value: int) -> bytes:
    return bytes([0x80 | value]) if value < 0x7F else sized(value)


@dataclass(frozen=True)
class Track:
    """A track: codec by Matroska's name, and what else its entry says."""

    number: int
    codec: bytes
    kind: int = _VIDEO
    width: int = 128
    height: int = 72
    extra: bytes = b""
    video: bytes = b""
    name: bytes = b""

    def packed(self) -> bytes:
        """The entry of this track."""
        said = number(0xD7, self.number) + number(0x73C5, self.number) + number(0x83, self.kind)
        said += text(0x86, self.codec) + (text(0x536E, self.name) if self.name else b"") + self.extra
        if self.kind == _VIDEO:
            said += element(0xE0, number(0xB0, self.width) + number(0xBA, self.height) + self.video)
        return element(0xAE, said)


def subtitle_track(track: int, *, extra: bytes = b"") -> Track:
    """A track of plain text."""
    return Track(track, b"S_TEXT/UTF8", kind=_SUBTITLE, extra=extra)


def zlib_encoding() -> bytes:
    """ContentEncodings: blocks of the track are deflated."""
    compression = element(0x5034, number(0x4254, 0))
    return element(0x6D80, element(0x6240, number(0x5031, 0) + number(0x5032, 1) + number(0x5033, 0) + compression))


@dataclass(frozen=True)
class Block:
    """One frame at a time in units of the segment's scale."""

    track: int
    at: int
    body: bytes
    is_key: bool = True
    lacing: int = 0


def cluster(blocks: Sequence[Block], *, at: int | None = None, size: bytes | None = None) -> bytes:
    """A cluster that starts with its first block, or at ``at``."""
    start = blocks[0].at if at is None else at
    body = number(0xE7, max(0, start))
    for one in blocks:
        flags = (0x80 if one.is_key else 0) | one.lacing
        inside = bytes([0x80 | one.track]) if one.track < 127 else struct.pack(">H", 0x4000 | one.track)
        body += element(0xA3, inside + struct.pack(">hB", max(-32768, min(32767, one.at - start)), flags) + one.body)
    return element(CLUSTER, body, size=size)


@dataclass
class Matroska:
    """A whole file; every block has a cluster of its own, so times may jump anywhere."""

    tracks: list[Track]
    blocks: list[Block]
    doctype: bytes = b"matroska"
    duration: float | None = None
    scale_ns: int = 1_000_000
    title: bytes = b""
    others: list[bytes] = field(default_factory=list)

    def packed(self) -> bytes:
        """The file; ``others`` are whole elements between the tracks and the clusters."""
        inside = info(duration=self.duration, scale_ns=self.scale_ns, title=self.title)
        inside += element(TRACKS, b"".join(track.packed() for track in self.tracks)) + b"".join(self.others)
        inside += b"".join(cluster([one]) for one in self.blocks)
        return head(self.doctype) + element(SEGMENT, inside)


def attachment(name: bytes, content_type: bytes, body: bytes) -> bytes:
    """An Attachments element with one file."""
    said = text(0x466E, name) + text(0x4660, content_type) + element(0x465C, body) + number(0x46AE, 7)
    return element(ATTACHMENTS, element(0x61A7, said))


def tag(name: bytes, value: bytes) -> bytes:
    """A Tags element with one pair."""
    simple = element(0x67C8, text(0x45A3, name) + text(0x4487, value))
    return element(TAGS, element(0x7373, element(0x63C0, b"") + simple))


def chapter(title: bytes) -> bytes:
    """A Chapters element with one title."""
    display = element(0x80, text(0x85, title) + text(0x437C, b"eng"))
    atom = element(0xB6, number(0x73C4, 1) + number(0x91, 0) + display)
    return element(CHAPTERS, element(0x45B9, atom))
