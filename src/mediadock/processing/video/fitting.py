"""How large the pictures of a film become: upright, with square pixels, even sides, within a box, never larger."""

from __future__ import annotations

from mediadock.core.profiles import VideoVariant
from mediadock.processing.ffmpeg.probe import VideoStream

_SMALLEST = 2


def upright_size(video: VideoStream) -> tuple[int, int]:
    """Width and height as a person sees them, pixels square; the height as coded stays.

    >>> upright_size(VideoStream(0, "", "", "", 720, 576, 16 / 15, 90, 1, 25, False, 2, False))
    (576, 768)
    """
    width, height = max(1, round(video.width * video.sample_aspect)), video.height
    return (height, width) if video.rotation % 180 == 90 else (width, height)


def fit_box(width: int, height: int, *, long_side: int, short_side: int) -> tuple[int, int]:
    """Even sides within the box, either way up.

    >>> fit_box(3840, 2160, long_side=1920, short_side=1080)
    (1920, 1080)
    >>> fit_box(321, 179, long_side=1920, short_side=1080)
    (320, 178)
    >>> fit_box(1000, 4000, long_side=1920, short_side=1080)
    (480, 1920)
    """
    scale = min(1.0, long_side / max(width, height), short_side / min(width, height))
    if scale == 1.0:
        return _even_below(width), _even_below(height)
    most_wide, most_high = (long_side, short_side) if width >= height else (short_side, long_side)
    return _nearest_even(width * scale, most_wide), _nearest_even(height * scale, most_high)


def fitted_size(video: VideoStream, variant: VideoVariant) -> tuple[int, int]:
    """Width and height of what ``variant`` makes of ``video``."""
    return fit_box(*upright_size(video), long_side=variant.long_side, short_side=variant.short_side)


def fit_longest(width: int, height: int, *, longest: int, shortest: int) -> tuple[int, int]:
    """Even sides with ``longest`` on the longest side, more for a strip thinner than ``shortest``; never larger.

    >>> fit_longest(1920, 1080, longest=960, shortest=96)
    (960, 540)
    >>> fit_longest(8000, 100, longest=960, shortest=96)
    (7680, 96)
    """
    scale = min(1.0, max(longest / max(width, height), shortest / min(width, height)))
    if scale == 1.0:
        return _even_below(width), _even_below(height)
    return _nearest_even(width * scale, width), _nearest_even(height * scale, height)


def _even_below(side: int) -> int:
    return max(_SMALLEST, side // 2 * 2)


def _nearest_even(side: float, most: int) -> int:
    return max(_SMALLEST, min(round(side / 2) * 2, most // 2 * 2))
