"""SSIM (Wang et al., 2004) on luminance, with a square window of 8 pixels."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

_WINDOW = 8
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(first: Image.Image, second: Image.Image) -> float:
    """The mean over all windows; 1 is equal. Both pictures must have one size."""
    one, two = _luminance(first), _luminance(second)
    mean_1, mean_2 = _means(one), _means(two)
    variance_1 = _means(one * one) - mean_1**2
    variance_2 = _means(two * two) - mean_2**2
    covariance = _means(one * two) - mean_1 * mean_2
    score = ((2 * mean_1 * mean_2 + _C1) * (2 * covariance + _C2)) / (
        (mean_1**2 + mean_2**2 + _C1) * (variance_1 + variance_2 + _C2)
    )
    return float(score.mean())


def reference(photo: bytes, size: tuple[int, int]) -> Image.Image:
    """The photo, upright, shrunk to exactly ``size`` by Lanczos from all its pixels, never compressed."""
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(photo)).convert("RGB"))
    return upright.resize(size, Image.Resampling.LANCZOS)


def _luminance(picture: Image.Image) -> NDArray[np.float64]:
    return np.asarray(picture.convert("L"), dtype=np.float64)


def _means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of every window, by summed areas."""
    sums = np.pad(values, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    w = _WINDOW
    return (sums[w:, w:] - sums[:-w, w:] - sums[w:, :-w] + sums[:-w, :-w]) / (w * w)
