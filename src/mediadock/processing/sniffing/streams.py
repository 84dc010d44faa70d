"""Containers of film and sound that are not ISO boxes: Matroska, WebM, Ogg, AVI, MPEG."""

from __future__ import annotations

_EBML = b"\x1a\x45\xdf\xa3"
_DOCTYPE = b"\x42\x82"
_TS_PACKETS = ((188, 0), (192, 4))  # (packet length, offset of the sync byte)


def stream_type(head: bytes) -> str | None:
    """The content type; whether there are pictures inside is for the decoder to say."""
    if head.startswith(_EBML):
        return _matroska(head)
    if head.startswith(b"OggS\0"):
        return "video/ogg" if _ogg_has_pictures(head) else "audio/ogg"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "video/x-msvideo"
    if head.startswith((b"\0\0\x01\xba", b"\0\0\x01\xb3")):
        return "video/mpeg"
    for length, offset in _TS_PACKETS:
        syncs = head[offset::length]
        if len(syncs) >= 3 and set(syncs) == {0x47}:
            return "video/mp2t"
    return None


def _matroska(head: bytes) -> str | None:
    at = head.find(_DOCTYPE, 4, 64)
    if at < 0:
        return None
    length = head[at + 2] & 0x7F if at + 2 < len(head) else 0
    doctype = head[at + 3 : at + 3 + length].rstrip(b"\0")
    return {b"webm": "video/webm", b"matroska": "video/x-matroska"}.get(doctype)


def _ogg_has_pictures(head: bytes) -> bool:
    return any(mark in head[:512] for mark in (b"\x80theora", b"BBCD", b"OVP80", b"\x01video\0"))
