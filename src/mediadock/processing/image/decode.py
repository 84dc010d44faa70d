"""Step 3: decode once, upright, in sRGB, to the largest size that is wanted.

``thumbnail`` shrinks while it loads where the format can, applies the orientation that EXIF, TIFF or HEIF
carry (XMP is not asked), and reads to the end of the data: a file that is cut short fails here.
"""

from __future__ import annotations

import re

import pyvips  # type: ignore[import-untyped]

from mediadock.processing.image.heic import decode_heic, is_premultiplied, straight
from mediadock.processing.image.loaders import HEIF_FAMILY
from mediadock.processing.image.opened import Opened, corrupt

# Damage must be asked for in the loader's options; libvips 8.18 drops ``fail_on`` given to ``thumbnail`` itself.
WHOLE_OR_NOTHING = "fail_on=error"
_EVERY_WARNING = "fail_on=warning"
_LOST_PIXELS = re.compile(r"premature end|bad Huffman|found marker|Bogus Huffman|bad arithmetic", re.IGNORECASE)


def decode(opened: Opened, longest: int) -> pyvips.Image:
    """The whole picture in memory, at most ``longest`` on its longest side; ContentRejected ``corrupt``."""
    return decode_as(opened, longest, height=longest, size="down")


def decode_as(opened: Opened, width: int, **shape: object) -> pyvips.Image:
    """The whole picture in the shape that ``thumbnail`` is asked for."""
    if opened.has_profile:
        # Without a profile the same request costs four times the decode and changes nothing.
        shape["export_profile"] = "srgb"
    try:
        if opened.is_hevc:
            return _in_memory(decode_heic(opened.intake.whole()).thumbnail_image(width, **shape))
        if opened.header.content_type == "image/jpeg":
            return _decode_jpeg(opened, width, shape)
        if opened.has_alpha and opened.header.content_type in HEIF_FAMILY and is_premultiplied(opened.intake.whole()):
            return _in_memory(straight(opened.intake.open(WHOLE_OR_NOTHING)).thumbnail_image(width, **shape))
        return _in_memory(opened.intake.thumbnail(width, WHOLE_OR_NOTHING, **shape))
    except pyvips.Error as error:
        raise corrupt(error) from None


def _decode_jpeg(opened: Opened, width: int, shape: dict[str, object]) -> pyvips.Image:
    """libjpeg paints grey where data is missing and only warns; it warns of harmless oddities too.

    So the first try stops at any warning, and a second one is made when what it met lost no pixels. The file is
    shrunk while it loads as far as it stays as large as what is wanted; ``thumbnail`` alone would stop halfway.
    """
    scale = max(opened.header.width, opened.header.height) / width if "crop" not in shape else 1
    shrink = max((factor for factor in (1, 2, 4, 8) if factor <= scale), default=1)
    for strictness in (_EVERY_WARNING, WHOLE_OR_NOTHING):
        try:
            loaded = opened.intake.open(f"{strictness},shrink={shrink}")
            return _in_memory(loaded.thumbnail_image(width, **shape))
        except pyvips.Error as error:
            if strictness == WHOLE_OR_NOTHING or _LOST_PIXELS.search(str(error)):
                raise
    raise AssertionError("the second try returns or raises")


def _in_memory(picture: pyvips.Image) -> pyvips.Image:
    """Eight bits of sRGB or grey, with or without alpha, decoded now."""
    if picture.interpretation not in ("srgb", "b-w"):
        picture = picture.colourspace("srgb")
    return (picture if picture.format == "uchar" else picture.cast("uchar")).copy_memory()
