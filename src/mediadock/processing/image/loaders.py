"""libvips with only the six decoders that this product accepts, and no memory between operations."""

from __future__ import annotations

import pyvips  # type: ignore[import-untyped]

ALLOWED_LOADERS = ("Jpeg", "Png", "Webp", "Heif", "Nsgif", "Tiff")

_HEIF = "image/heif"
_TYPE_OF_LOADER = {
    "jpegload": "image/jpeg",
    "pngload": "image/png",
    "webpload": "image/webp",
    "heifload": _HEIF,
    "gifload": "image/gif",
    "tiffload": "image/tiff",
}
HEIF_FAMILY = frozenset({_HEIF, "image/heic", "image/avif"})


def lock_loaders() -> None:
    """Block every decoder but ours, whatever the build of libvips brings (SVG, CSV, raw, vips, plug-ins)."""
    pyvips.block_untrusted_set(True)
    pyvips.operation_block_set("VipsForeignLoad", True)
    for name in ALLOWED_LOADERS:
        pyvips.operation_block_set(f"VipsForeignLoad{name}", False)
    pyvips.cache_set_max(0)


def type_of(picture: pyvips.Image) -> str:
    """The content type whose decoder opened this picture; ``image/heif`` for the whole family."""
    loader = str(picture.get("vips-loader"))
    return _TYPE_OF_LOADER.get(loader.removesuffix("_buffer").removesuffix("_source"), loader)


def agrees(found: str, sniffed: str) -> bool:
    """Whether the decoder that opened the file is the one that its head announced."""
    return found == sniffed or (found == _HEIF and sniffed in HEIF_FAMILY)
