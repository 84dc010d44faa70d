"""How many pixels are too many, decided from the header before anything is decoded.

The bounds follow what each decoder holds in memory: a baseline JPEG is shrunk while it loads, an AVIF, HEIC,
interlaced PNG or progressive JPEG must be whole in memory at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from mediadock.core.errors import ContentRejected

MAX_SIDE = 32_768
MEGAPIXEL = 1_000_000
MAX_PIXELS = 100 * MEGAPIXEL
MAX_PIXELS_BASELINE_JPEG = 256 * MEGAPIXEL
MAX_PIXELS_HELD_WHOLE = 50 * MEGAPIXEL
MAX_PIXELS_OF_ALL_FRAMES = 200 * MEGAPIXEL

_HELD_WHOLE = frozenset({"image/avif", "image/heic", "image/heif"})
_HELD_WHOLE_WHEN_INTERLACED = frozenset({"image/png", "image/jpeg"})


@dataclass(frozen=True)
class Header:
    """What a file says of itself; ``interlaced`` covers progressive JPEG."""

    content_type: str
    width: int
    height: int
    frames: int = 1
    interlaced: bool = False


def check_pixels(header: Header) -> None:
    """Refuse a picture beyond the bounds: ContentRejected ``image_too_large``."""
    width, height = header.width, header.height
    if max(width, height) > MAX_SIDE:
        raise _too_large(f"This picture is {width} × {height} pixels; a side may have at most {MAX_SIDE:,}.")
    allowed = pixels_allowed(header)
    if width * height > allowed:
        raise _too_large(
            f"This picture is {width} × {height} pixels; pictures of this kind may have at most "
            f"{allowed // MEGAPIXEL} megapixels."
        )
    if header.frames > 1 and header.frames * width * height > MAX_PIXELS_OF_ALL_FRAMES:
        raise _too_large(
            f"This animation has {header.frames:,} frames of {width} × {height} pixels; all frames together may have "
            f"at most {MAX_PIXELS_OF_ALL_FRAMES // MEGAPIXEL} megapixels."
        )


def pixels_allowed(header: Header) -> int:
    """The bound of one frame for this format."""
    whole = _HELD_WHOLE | _HELD_WHOLE_WHEN_INTERLACED if header.interlaced else _HELD_WHOLE
    if header.content_type in whole:
        return MAX_PIXELS_HELD_WHOLE
    if header.content_type == "image/jpeg":
        return MAX_PIXELS_BASELINE_JPEG
    return MAX_PIXELS


def _too_large(sentence: str) -> ContentRejected:
    return ContentRejected("image_too_large", sentence)
