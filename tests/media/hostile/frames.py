"""Single coded pictures and sounds, to be put into containers that lie about them."""

from __future__ import annotations

import struct
from functools import cache

from media.films import film
from media.pictures import encoded, quarters


@cache
def vp8_frames(width: int = 128, height: int = 72, count: int = 3) -> tuple[bytes, ...]:
    """Frames of VP8, every one a key frame, out of an IVF file."""
    body = film(
        codec="vp8", container="ivf", size=(width, height), seconds=count / 10, rate=10, audio=None, extra=("-g", "1")
    )
    frames, at = [], 32
    while at < len(body):
        (length,) = struct.unpack_from("<I", body, at)
        frames.append(body[at + 12 : at + 12 + length])
        at += 12 + length
    return tuple(frames)


@cache
def jpeg(width: int = 128, height: int = 72) -> bytes:
    """A small JPEG, as MJPEG films have them."""
    return encoded(quarters(width, height), "jpeg", quality=60)


@cache
def png(width: int = 128, height: int = 72) -> bytes:
    """A small PNG."""
    return encoded(quarters(width, height), "png")


@cache
def h264() -> bytes:
    """An H.264 stream with start codes."""
    return film(container="h264", size=(128, 72), seconds=1.0, rate=10, audio=None)


def jpeg_claiming(width: int, height: int) -> bytes:
    """A JPEG whose frame header claims another size than its pixels have."""
    body = bytearray(jpeg())
    at = body.index(b"\xff\xc0")
    struct.pack_into(">HH", body, at + 5, height, width)
    return bytes(body)
