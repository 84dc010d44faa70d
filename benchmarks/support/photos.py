"""Photo-like pictures from a seed: light that falls off, texture at every scale, hard edges, grain of a sensor."""

from __future__ import annotations

import numpy as np
import pyvips  # type: ignore[import-untyped]

_LARGEST_SCALE = 512
_COARSE = 8
_SHAPES = 70
_MIXED = [[1.0, 0.35, 0.1], [1.0, 0.0, 0.0], [1.0, 0.1, 0.35]]  # texture is mostly light and dark, a little colour


def photo(
    width: int,
    height: int,
    *,
    seed: int,
    detail: float = 0.72,
    grain: float = 3.0,
    quality: int = 92,
    orientation: int = 1,
) -> bytes:
    """A JPEG of ``width`` x ``height``; ``detail`` is how much texture each halving of the scale keeps."""
    coarse = _light(width // _COARSE + 4, height // _COARSE + 4, seed)
    coarse += _texture(width // _COARSE + 4, height // _COARSE + 4, seed, _LARGEST_SCALE, _COARSE, detail)
    picture = coarse.copy_memory().resize(_COARSE, kernel="cubic").crop(0, 0, width, height)
    picture += _texture(width, height, seed, _COARSE // 2, 2, detail).crop(0, 0, width, height)
    picture += pyvips.Image.gaussnoise(width, height, sigma=grain, mean=0, seed=seed)
    sharp = _with_shapes(picture, np.random.default_rng(seed))
    final = sharp.cast("uchar").copy(interpretation="srgb")
    final.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return bytes(final.jpegsave_buffer(Q=quality))


def _light(width: int, height: int, seed: int) -> pyvips.Image:
    """Smooth gradients, another one in each band."""
    place = pyvips.Image.xyz(width, height)
    across, down = place[0] * (360 / width), place[1] * (360 / height)
    bands = [
        (across * (1 + band / 2) + seed * 40).sin() * 50 + (down * (1.6 - band / 3)).cos() * 35 for band in range(3)
    ]
    return bands[0].bandjoin(bands[1:]) + 125


def _texture(width: int, height: int, seed: int, largest: int, smallest: int, detail: float) -> pyvips.Image:
    """Noise at every scale from ``largest`` to ``smallest`` pixels of the final picture, each weaker than the last."""
    total = pyvips.Image.black(width, height, bands=3)
    zoom_of_one = smallest if smallest >= _COARSE else 1
    scale = largest
    while scale >= smallest:
        strength = 26.0 * detail ** np.log2(_LARGEST_SCALE / scale)
        zoom = scale // zoom_of_one
        grids = [
            pyvips.Image.gaussnoise(
                width // zoom + 3, height // zoom + 3, sigma=strength, mean=0, seed=seed * 9973 + scale * 3 + band
            )
            for band in range(3)
        ]
        mixed = grids[0].bandjoin(grids[1:]).recomb(pyvips.Image.new_from_array(_MIXED)).copy_memory()
        total += (mixed.resize(zoom, kernel="cubic") if zoom > 1 else mixed).crop(0, 0, width, height)
        scale //= 2
    return total


def _with_shapes(picture: pyvips.Image, random: np.random.Generator) -> pyvips.Image:
    """Discs with hard edges, as houses and people have."""
    pixels = picture.cast("float").numpy().copy()
    height, width, _ = pixels.shape
    for _ in range(_SHAPES):
        radius = int(random.integers(width // 120, width // 12))
        x, y = int(random.integers(width)), int(random.integers(height))
        top, bottom = max(0, y - radius), min(height, y + radius)
        left, right = max(0, x - radius), min(width, x + radius)
        rows, columns = np.ogrid[top:bottom, left:right]
        inside = (rows - y) ** 2 + (columns - x) ** 2 < radius * radius
        pixels[top:bottom, left:right][inside] += random.normal(0, 35, 3).astype(np.float32)
    return pyvips.Image.new_from_array(pixels)
