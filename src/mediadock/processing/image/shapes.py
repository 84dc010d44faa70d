"""Step 4: the smaller pictures, all derived from the decoded one."""

from __future__ import annotations

import pyvips  # type: ignore[import-untyped]

from mediadock.processing.image.decode import decode_as
from mediadock.processing.image.opened import Opened


def fit(picture: pyvips.Image, longest: int) -> pyvips.Image:
    """At most ``longest`` on the longest side, never larger than it is."""
    if max(picture.width, picture.height) <= longest:
        return picture
    return picture.thumbnail_image(longest, height=longest, size="down")


def centred_square(opened: Opened, picture: pyvips.Image, side: int) -> pyvips.Image:
    """The middle of the original as a square of at most ``side``, never upscaled.

    A panorama may be thinner than the square once it fits the display; then the square is cut from the file.
    """
    side = min(side, *opened.upright_size)
    if side <= min(picture.width, picture.height):
        return picture.thumbnail_image(side, height=side, crop="centre")
    return decode_as(opened, side, height=side, crop="centre")
