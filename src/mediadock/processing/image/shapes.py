"""Step 4: the smaller pictures, all derived from the decoded one."""

from __future__ import annotations

from collections.abc import Iterable

import pyvips  # type: ignore[import-untyped]

from mediadock.processing.image.decode import decode_as
from mediadock.processing.image.opened import Opened


def fit(picture: pyvips.Image, longest: int) -> pyvips.Image:
    """At most ``longest`` on the longest side, never larger than it is, in memory."""
    if max(picture.width, picture.height) <= longest:
        return picture
    return picture.thumbnail_image(longest, height=longest, size="down").copy_memory()


def cascade(picture: pyvips.Image, sizes: Iterable[int]) -> dict[int, pyvips.Image]:
    """The picture at every size, each made from the next larger one: a third of the work, and no worse to look at."""
    fitted = {}
    for size in sorted(sizes, reverse=True):
        picture = fitted[size] = fit(picture, size)
    return fitted


def centred_square(opened: Opened, candidates: Iterable[pyvips.Image], side: int) -> pyvips.Image:
    """The middle of the original as a square of at most ``side``, never upscaled, from the smallest that will do.

    A panorama may be thinner than the square once it fits the display; then the square is cut from the file.
    """
    side = min(side, *opened.upright_size)
    square = square_from(candidates, side)
    return decode_as(opened, side, height=side, crop="centre") if square is None else square


def square_from(candidates: Iterable[pyvips.Image], side: int) -> pyvips.Image | None:
    """The middle as a square of ``side``, from the smallest picture that is as large; None when none is."""
    large_enough = [picture for picture in candidates if min(picture.width, picture.height) >= side]
    if not large_enough:
        return None
    smallest = min(large_enough, key=lambda picture: int(picture.width))
    return smallest.thumbnail_image(side, height=side, crop="centre")
