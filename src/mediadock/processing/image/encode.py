"""Step 5: WebP with nothing in it but pixels."""

from __future__ import annotations

import pyvips  # type: ignore[import-untyped]

from mediadock.processing.image.model import WEBP, Output


def encode(picture: pyvips.Image, name: str, *, quality: int, effort: int) -> Output:
    """One still WebP; no profile, no EXIF, no XMP: pixels are sRGB already."""
    body = picture.webpsave_buffer(Q=quality, effort=effort, keep="none")
    return Output(name=name, content_type=WEBP, width=picture.width, height=picture.height, body=body)
