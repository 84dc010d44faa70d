"""Pictures whose content tells whether they were treated well: four coloured quarters."""

from __future__ import annotations

import io

import numpy as np
import pillow_heif
import pyvips
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from media.tags import EXIF_MARKER, exif_of, xmp_of

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 40), (30, 50, 220), (240, 240, 240)
QUARTERS = (RED, GREEN, BLUE, WHITE)  # top left, top right, bottom left, bottom right, as a person sees them

CONTENT_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "heic": "image/heic",
    "gif": "image/gif",
    "tiff": "image/tiff",
}

# How pixels must be stored so that a viewer that obeys EXIF orientation N shows them upright.
_STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def quarters(width: int = 320, height: int = 200, *, mode: str = "RGB") -> Image.Image:
    """Red, green, blue and white quarters, clockwise from the top left except that blue is below red."""
    pixels = np.zeros((height, width, 3), np.uint8)
    top, left = height // 2, width // 2
    pixels[:top, :left], pixels[:top, left:], pixels[top:, :left], pixels[top:, left:] = QUARTERS
    return Image.fromarray(pixels).convert(mode)


def encoded(
    picture: Image.Image,
    form: str,
    *,
    orientation: int = 1,
    gps: bool = False,
    marker: bytes = EXIF_MARKER,
    **options: object,
) -> bytes:
    """The picture as a file of ``form``, stored for ``orientation``; ``gps`` adds place and marker in EXIF and XMP."""
    turn = _STORED[orientation]
    stored = picture.transpose(turn) if turn is not None else picture
    tagged = gps or orientation != 1
    exif = exif_of(orientation=orientation, gps=gps, marker=marker) if tagged else b""
    xmp = xmp_of(marker) if gps else b""
    body = io.BytesIO()
    if form == "heic":
        file = pillow_heif.from_pillow(stored)
        file.save(body, quality=90, exif=exif or None, xmp=xmp or None)
        return body.getvalue()
    if form == "png" and xmp:
        texts = PngInfo()
        texts.add_itxt("XML:com.adobe.xmp", xmp.decode())
        texts.add_text("Comment", marker.decode())
        options["pnginfo"] = texts
    if form == "gif":
        options |= {"comment": marker} if gps else {}
    elif form == "tiff":
        options |= {"tiffinfo": _tiff_tags(exif, xmp)} if tagged else {}
    else:
        options |= {"exif": exif} if exif else {}
        if xmp and form != "png":
            options["xmp"] = xmp
    if form == "jpeg":
        options = {"quality": 92, "subsampling": 0, **options}
        if gps:
            options["comment"] = marker
    if form == "webp":
        options = {"lossless": True, **options}
    stored.save(body, form.upper(), **options)
    return body.getvalue()


def animation(form: str, *, frames: int = 5, width: int = 120, height: int = 80, delay_ms: int = 80) -> bytes:
    """A picture that moves: every frame has its own colours. ``form`` is gif, webp or png (APNG)."""
    pictures = []
    for number in range(frames):
        shift = 255 * number // max(1, frames - 1)
        pictures.append(Image.new("RGB", (width, height), (255 - shift, shift, 128)))
    body = io.BytesIO()
    extra = {"disposal": 2} if form == "gif" else {}
    pictures[0].save(body, form.upper(), save_all=True, append_images=pictures[1:], duration=delay_ms, loop=0, **extra)
    return body.getvalue()


def photo_like(width: int, height: int, *, seed: int = 1) -> bytes:
    """A JPEG with noise in it, so that it does not compress to nothing."""
    noise = np.random.default_rng(seed).integers(0, 255, (height // 8, width // 8, 3), dtype=np.uint8)
    return encoded(Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC), "jpeg")


def colour_at(body: bytes, x: float, y: float) -> tuple[int, int, int]:
    """The colour of a WebP of ours at a relative position, as RGB."""
    picture = Image.open(io.BytesIO(body)).convert("RGB")
    pixel = picture.getpixel(
        (min(picture.width - 1, int(picture.width * x)), min(picture.height - 1, int(picture.height * y)))
    )
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]


def corners(body: bytes) -> tuple[tuple[int, int, int], ...]:
    """The colours near the four corners, in the order of ``QUARTERS``."""
    return tuple(colour_at(body, x, y) for y in (0.2, 0.8) for x in (0.2, 0.8))


def is_near(found: tuple[int, ...], wanted: tuple[int, ...], *, tolerance: int = 28) -> bool:
    """Whether two colours look the same."""
    return all(abs(a - b) <= tolerance for a, b in zip(found, wanted, strict=True))


def flat(width: int, height: int, *, bands: int = 3) -> pyvips.Image:
    """A picture of one colour that is never held in memory, for very large files."""
    colour = [200, 100, 50, 255][:bands]
    space = "srgb" if bands > 2 else "b-w"
    return (pyvips.Image.black(width, height, bands=bands) + colour).cast("uchar").copy(interpretation=space)


def _tiff_tags(exif: bytes, xmp: bytes) -> Image.Exif:
    tags = Image.Exif()
    tags.load(exif)
    if xmp:
        tags[700] = xmp
    return tags
