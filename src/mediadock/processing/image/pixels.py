"""How many pixels are too many, decided from the header before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from mediadock.core.dimensions import (
    ALL_FRAMES_MAX_PIXELS,
    BASELINE_JPEG_MAX_PIXELS,
    HELD_WHOLE_MAX_PIXELS,
    MEGAPIXEL,
    PICTURE_MAX_PIXELS,
    PICTURE_MAX_SIDE,
)
from mediadock.core.errors import ContentRejected

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
    if max(width, height) > PICTURE_MAX_SIDE:
        raise _too_large(f"This picture is {width} × {height} pixels; a side may have at most {PICTURE_MAX_SIDE:,}.")
    allowed = pixels_allowed(header)
    if width * height > allowed:
        raise _too_large(
            f"This picture is {width} × {height} pixels; pictures of this kind may have at most "
            f"{allowed // MEGAPIXEL} megapixels."
        )
    if header.frames > 1 and header.frames * width * height > ALL_FRAMES_MAX_PIXELS:
        raise _too_large(
            f"This animation has {header.frames:,} frames of {width} × {height} pixels; all frames together may have "
            f"at most {ALL_FRAMES_MAX_PIXELS // MEGAPIXEL} megapixels."
        )


def pixels_allowed(header: Header) -> int:
    """The bound of one frame for this format."""
    whole = _HELD_WHOLE | _HELD_WHOLE_WHEN_INTERLACED if header.interlaced else _HELD_WHOLE
    if header.content_type in whole:
        return HELD_WHOLE_MAX_PIXELS
    if header.content_type == "image/jpeg":
        return BASELINE_JPEG_MAX_PIXELS
    return PICTURE_MAX_PIXELS


def _too_large(sentence: str) -> ContentRejected:
    return ContentRejected("image_too_large", sentence)
