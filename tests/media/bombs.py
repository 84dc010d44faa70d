"""Small files that unpack into something enormous; what takes seconds to make is made once."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache

import pillow_heif
import pyvips
from PIL import Image

from media.pictures import flat


def png_of(width: int, height: int, *, bits: int = 8, interlaced: bool = False) -> bytes:
    """A PNG whose header claims this size and whose pixels are a few zeros: enough for what looks at headers only."""
    header = struct.pack(">IIBBBBB", width, height, bits, 2 if bits == 8 else 0, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    )


@cache
def gif_of(width: int, height: int, *, frames: int = 1) -> bytes:
    """A GIF of this size, every frame complete and of one colour."""
    body = io.BytesIO()
    pictures = [Image.new("P", (width, height), number % 2) for number in range(frames)]
    for picture in pictures:
        picture.putpalette([0, 0, 0, 255, 255, 255])
    pictures[0].save(body, "GIF", save_all=True, append_images=pictures[1:], duration=50)
    return body.getvalue()


@cache
def jpeg_of(width: int, height: int, *, progressive: bool = False, bands: int = 3) -> bytes:
    """A real JPEG of one colour."""
    return bytes(flat(width, height, bands=bands).jpegsave_buffer(Q=30, interlace=progressive))


@cache
def avif_of(side: int) -> bytes:
    """A real AVIF of one colour: 8192 x 8192 is 1.4 kB and takes a gigabyte to decode."""
    return bytes(flat(side, side).heifsave_buffer(compression="av1", effort=0, Q=20))


def heic_of(side: int) -> bytes:
    """A real HEIC of one colour."""
    body = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (side, side), (200, 100, 50))).save(
        body, quality=10, enc_params={"preset": "ultrafast"}
    )
    return body.getvalue()


def webp_of(side: int) -> bytes:
    """A real WebP of one colour."""
    return bytes(flat(side, side).webpsave_buffer(effort=0))


def webp_claiming(side: int) -> bytes:
    """A WebP whose header claims this size: enough for what looks at headers only."""
    pixels = b"\x2f" + ((side - 1) | (side - 1) << 14).to_bytes(4, "little") + b"\0" * 27
    chunk = b"WEBPVP8L" + len(pixels).to_bytes(4, "little") + pixels
    return b"RIFF" + len(chunk).to_bytes(4, "little") + chunk


def interlaced_png_of(side: int, *, bands: int = 3) -> bytes:
    """A real interlaced PNG of one colour."""
    return bytes(flat(side, side, bands=bands).pngsave_buffer(interlace=True))


def tiff_of(side: int, *, bands: int = 3) -> bytes:
    """A real compressed TIFF of one colour."""
    return bytes(flat(side, side, bands=bands).tiffsave_buffer(compression="deflate", tile=True))


def deep_png_of(side: int) -> bytes:
    """A real 16-bit RGBA PNG of one colour."""
    deep = (flat(side, side, bands=4) * 257).cast("ushort").copy(interpretation="rgb16")
    assert isinstance(deep, pyvips.Image)
    return bytes(deep.pngsave_buffer())
