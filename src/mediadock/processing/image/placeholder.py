"""A ThumbHash: some thirty bytes that draw a blurred picture while the real one is on its way."""

from __future__ import annotations

import base64

import pyvips  # type: ignore[import-untyped]
import thumbhash

from mediadock.processing.image.shapes import fit

_MAX_SIDE = 100  # ThumbHash's own limit


def placeholder(picture: pyvips.Image) -> str:
    """The ThumbHash of a decoded picture, in base64."""
    small = fit(picture, _MAX_SIDE).colourspace("srgb")
    if not small.hasalpha():
        small = small.addalpha()
    pixels = bytes(small.cast("uchar").write_to_memory())
    return base64.b64encode(thumbhash.rgba_to_thumb_hash(small.width, small.height, pixels)).decode()
