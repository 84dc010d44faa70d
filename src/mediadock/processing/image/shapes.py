"""Step 4: the smaller pictures, all derived from the decoded one."""

from __future__ import annotations

import pyvips  # type: ignore[import-untyped]


def fit(picture: pyvips.Image, longest: int) -> pyvips.Image:
    """At most ``longest`` on the longest side, never larger than it is."""
    if max(picture.width, picture.height) <= longest:
        return picture
    return picture.thumbnail_image(longest, height=longest, size="down")


def centred_square(picture: pyvips.Image, side: int) -> pyvips.Image:
    """The middle of the picture as a square of at most ``side``, never upscaled."""
    side = min(side, picture.width, picture.height)
    return picture.thumbnail_image(side, height=side, crop="centre")
