"""libvips with only the six decoders that this product accepts, and no memory between operations."""

from __future__ import annotations

import pyvips  # type: ignore[import-untyped]

ALLOWED_LOADERS = ("Jpeg", "Png", "Webp", "Heif", "Nsgif", "Tiff")

TYPE_OF_LOADER = {
    "jpegload": "image/jpeg",
    "pngload": "image/png",
    "webpload": "image/webp",
    "heifload": "image/avif",
    "gifload": "image/gif",
    "tiffload": "image/tiff",
}


def lock_loaders() -> None:
    """Block every decoder but ours, whatever the build of libvips brings (SVG, CSV, raw, vips, plug-ins)."""
    pyvips.block_untrusted_set(True)
    pyvips.operation_block_set("VipsForeignLoad", True)
    for name in ALLOWED_LOADERS:
        pyvips.operation_block_set(f"VipsForeignLoad{name}", False)
    pyvips.cache_set_max(0)


def type_of(picture: pyvips.Image) -> str:
    """The content type whose decoder opened this picture."""
    loader = str(picture.get("vips-loader"))
    return TYPE_OF_LOADER.get(loader.removesuffix("_buffer").removesuffix("_source"), loader)
