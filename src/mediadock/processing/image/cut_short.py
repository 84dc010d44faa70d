"""Animations that end in the middle: what is left of them, and whether something is missing.

libvips counts only the frames that are there (GIF) or refuses the file (WebP); the rule is that the first
frame makes a still picture of it, so the missing end must be seen here.
Sources: GIF89a specification; WebP Container Specification.
"""

from __future__ import annotations

_GIF_SCREEN_BYTES = 13
_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B


def gif_ends_early(body: bytes) -> bool:
    """Whether the file stops before its trailer, or turns into something that is no block of a GIF."""
    try:
        at = _GIF_SCREEN_BYTES + _colours_bytes(body[10])
        while body[at] != _TRAILER:
            if body[at] == _IMAGE:
                at += 10 + _colours_bytes(body[at + 9]) + 1
            elif body[at] == _EXTENSION:
                at += 2
            else:
                return True
            while body[at]:
                at += 1 + body[at]
            at += 1
    except IndexError:
        return True
    return False


def _colours_bytes(flags: int) -> int:
    """Size of the colour table that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def webp_without_cut_frames(body: bytes) -> bytes | None:
    """The file up to its last complete frame, as a sound file; None when it is not cut or has no whole frame."""
    if body[:4] != b"RIFF" or body[8:12] != b"WEBP" or int.from_bytes(body[4:8], "little") + 8 <= len(body):
        return None
    at, frames = 12, 0
    while at + 8 <= len(body):
        size = int.from_bytes(body[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        if end > len(body):
            break
        frames += body[at : at + 4] == b"ANMF"
        at = end
    return body[:4] + (at - 8).to_bytes(4, "little") + body[8:at] if frames else None
