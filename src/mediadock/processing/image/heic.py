"""HEIC by libheif of the ``pillow-heif`` wheel: libvips' wheel has no HEVC decoder, nor does it tell of premultiplied
alpha (ISO/IEC 23008-12, the reference ``prem``)."""

from __future__ import annotations

import io

import pillow_heif
import pyvips  # type: ignore[import-untyped]

from mediadock.processing.image.opened import corrupt

_BROKEN = (ValueError, RuntimeError, EOFError, SyntaxError, IndexError)
_BANDS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "RGBa": 4}


def is_premultiplied(body: bytes) -> bool:
    """Whether the colours of this HEIC or AVIF are stored as dark as they are transparent. Reads the header."""
    try:
        return bool(pillow_heif.open_heif(io.BytesIO(body)).premultiplied_alpha)
    except _BROKEN:
        return False  # the decoder has the last word


def decode_heic(body: bytes) -> pyvips.Image:
    """The primary picture, 8 bits, rotation and mirror of its properties applied; ContentRejected ``corrupt``."""
    try:
        file = pillow_heif.open_heif(io.BytesIO(body), convert_hdr_to_8bit=True, reload_size=True)
        picture = file[file.primary_index]
        pixels, stride = picture.data, picture.stride
    except _BROKEN as error:
        raise corrupt(error) from None
    width, height = picture.size
    bands = _BANDS[picture.mode]
    padded = pyvips.Image.new_from_memory(pixels, stride // bands, height, bands, "uchar")
    upright = padded.crop(0, 0, width, height).copy(interpretation="srgb" if bands > 2 else "b-w")
    if profile := picture.info.get("icc_profile"):
        upright.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return straight(upright) if picture.premultiplied_alpha else upright


def straight(premultiplied: pyvips.Image) -> pyvips.Image:
    """The same with its colours as bright as they are."""
    return premultiplied.unpremultiply().cast("uchar")
