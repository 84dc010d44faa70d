"""Ogg pages, their sums right, whatever they hold."""

from __future__ import annotations

import struct

_POLYNOMIAL = 0x04C11DB7


def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ _POLYNOMIAL if value & 0x80000000 else value << 1
        rows.append(value & 0xFFFFFFFF)
    return tuple(rows)


_ROWS = _table()


def page(packet: bytes, *, serial: int, number: int = 0, flags: int = 0, granule: int = 0) -> bytes:
    """One page that holds one packet, at most 65,024 bytes of it."""
    sizes = bytes([255] * (len(packet) // 255) + [len(packet) % 255])
    return _page(sizes, packet, serial=serial, number=number, flags=flags, granule=granule)


def pages_of(body: bytes) -> list[bytes]:
    """The pages of a whole valid file."""
    pages, at = [], 0
    while at < len(body):
        count = body[at + 26]
        length = 27 + count + sum(body[at + 27 : at + 27 + count])
        pages.append(body[at : at + length])
        at += length
    return pages


def comment_packet(marker: bytes) -> bytes:
    """A Vorbis comment block whose vendor and one comment are the marker."""
    comment = b"COMMENT=" + marker
    return struct.pack("<I", len(marker)) + marker + struct.pack("<II", 1, len(comment)) + comment


def _page(sizes: bytes, body: bytes, *, serial: int, number: int, flags: int, granule: int) -> bytes:
    head = b"OggS\0" + struct.pack("<BqIII", flags, granule, serial, number, 0) + bytes([len(sizes)]) + sizes
    whole = head + body
    return whole[:22] + struct.pack("<I", _sum(whole)) + whole[26:]


def _sum(body: bytes) -> int:
    value = 0
    for byte in body:
        value = (value << 8 & 0xFFFFFFFF) ^ _ROWS[value >> 24 ^ byte]
    return value
