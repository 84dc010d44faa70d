"""Pictures that are made, not kept: a quick one, and one that is honest work for seconds."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image

from media.pictures import photo_like

BLOCK = 16


@cache
def quick_jpeg() -> bytes:
    """A small photo."""
    return photo_like(480, 320)


@cache
def slow_gif(*, frames: int = 60) -> bytes:
    """640 by 480 pixels that move: its thumbnails are quick, its animated display takes some 50 ms a frame."""
    indices = np.random.default_rng(frames).integers(0, 64, (480 // BLOCK, 640 // BLOCK), dtype=np.uint8)
    palette = np.random.default_rng(1).integers(0, 256, 64 * 3, dtype=np.uint8).tobytes()
    pictures = []
    for number in range(frames):
        blocks = np.roll(indices, number, axis=1).repeat(BLOCK, axis=0).repeat(BLOCK, axis=1)
        picture = Image.fromarray(blocks, "P")
        picture.putpalette(palette)
        pictures.append(picture)
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=40, loop=0, optimize=False)
    return out.getvalue()
