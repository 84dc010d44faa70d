"""How large pictures, films and sounds may be beside their bytes: what decoders refuse and what clients are told.

The bounds of pictures follow what each decoder holds in memory: a baseline JPEG is shrunk while it loads; an AVIF,
HEIC, interlaced PNG or progressive JPEG must be whole in memory at once.
"""

from __future__ import annotations

from typing import Final

MEGAPIXEL: Final = 1_000_000

PICTURE_MAX_SIDE: Final = 32_768
PICTURE_MAX_PIXELS: Final = 100 * MEGAPIXEL
BASELINE_JPEG_MAX_PIXELS: Final = 256 * MEGAPIXEL
HELD_WHOLE_MAX_PIXELS: Final = 50 * MEGAPIXEL
ALL_FRAMES_MAX_PIXELS: Final = 200 * MEGAPIXEL

FILM_MAX_SIDE: Final = 8192
MAX_DURATION_S: Final = 12 * 3600
"""Of a film or a sound."""
