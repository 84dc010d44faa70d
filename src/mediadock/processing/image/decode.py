"""Step 3: decode once, upright, in sRGB, to the largest size that is wanted.

``thumbnail`` shrinks while it loads where the format can, applies the orientation that EXIF, TIFF or HEIF
carry (XMP is not asked), and reads to the end of the data: a file that is cut short fails here.
"""

from __future__ import annotations

import pyvips  # type: ignore[import-untyped]

from mediadock.processing.image.opened import Opened, corrupt


def decode(opened: Opened, *, longest: int) -> pyvips.Image:
    """The whole picture in memory, at most ``longest`` on its longest side; ContentRejected ``corrupt``."""
    try:
        shrunk = pyvips.Image.thumbnail_buffer(opened.body, longest, height=longest, size="down", **strictly(opened))
        return in_srgb(shrunk).copy_memory()
    except pyvips.Error as error:
        raise corrupt(error) from None


def strictly(opened: Opened) -> dict[str, str]:
    """Options of every decode: stop at the first damage; convert by profile only when there is one.

    Asking for a conversion where there is no profile costs four times the decode and changes nothing.
    """
    options = {"fail_on": "error"}
    if opened.profile is not None:
        options["export_profile"] = "srgb"
    return options


def in_srgb(picture: pyvips.Image) -> pyvips.Image:
    """Eight bits of sRGB or grey, with or without alpha."""
    if picture.interpretation not in ("srgb", "b-w"):
        picture = picture.colourspace("srgb")
    return picture if picture.format == "uchar" else picture.cast("uchar")
