"""What goes into the image pipeline and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass

WEBP = "image/webp"


@dataclass(frozen=True)
class ImageSpec:
    """What to make of one picture; ``content_type`` is the detected type, which the decoder must confirm.

    Sizes are pixels of the longest side, ``square`` the side of the centred square; with ``all_square`` the sizes are
    sides of such squares as well. Nothing is ever upscaled: a small original gives smaller files under the same names.

    Two settings of WebP, measured against sharp (quality 80, effort 4): the large ones take most of the time and
    are encoded with little effort; those up to ``small_up_to`` are encoded with sharp's, which costs no time on two
    processors because the display version takes longer, and no picture is looked at more often.
    """

    content_type: str
    sizes: tuple[int, ...] = (240, 480, 960)
    square: int = 96
    all_square: bool = False
    display: int = 2048
    quality: int = 79
    effort: int = 2
    small_up_to: int = 512
    small_quality: int = 80
    small_effort: int = 4
    animate_display: bool = True


@dataclass(frozen=True)
class Output:
    """One encoded picture of ours; ``name`` is its nominal size."""

    name: str
    content_type: str
    width: int
    height: int
    body: bytes


@dataclass(frozen=True)
class ImageFacts:
    """What was learned of the original: upright width and height, frames, and a ThumbHash in base64."""

    width: int
    height: int
    content_type: str
    placeholder: str
    frames: int
