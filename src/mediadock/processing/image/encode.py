"""Step 5: WebP with nothing in it but pixels."""

from __future__ import annotations

import pyvips  # type: ignore[import-untyped]

from mediadock.processing.image.model import WEBP, ImageSpec, Output


def encode(picture: pyvips.Image, size: int, spec: ImageSpec) -> Output:
    """One still WebP under the name of its nominal size; no profile, no EXIF, no XMP: pixels are sRGB already."""
    small = size <= spec.small_up_to
    quality, effort = (spec.small_quality, spec.small_effort) if small else (spec.quality, spec.effort)
    body = picture.webpsave_buffer(Q=quality, effort=effort, keep="none")
    return Output(name=str(size), content_type=WEBP, width=picture.width, height=picture.height, body=body)
