"""Step 1: open the header, no pixel decoded."""

from __future__ import annotations

from dataclasses import dataclass

import pyvips  # type: ignore[import-untyped]

from mediadock.core.errors import ContentRejected
from mediadock.processing.image.loaders import type_of
from mediadock.processing.image.pixels import Header

_SIDEWAYS = frozenset({5, 6, 7, 8})  # EXIF orientations that exchange width and height


@dataclass(frozen=True)
class Opened:
    """A picture whose header is known; ``body`` is the whole file."""

    header: Header
    body: bytes
    sideways: bool
    profile: bytes | None


def open_picture(body: bytes, content_type: str) -> Opened:
    """Read the header; ContentRejected ``corrupt`` or, when another decoder feels addressed, ``type_mismatch``."""
    try:
        picture = pyvips.Image.new_from_buffer(body, "", access="sequential")
        found = type_of(picture)
        header = Header(
            content_type=found,
            width=picture.width,
            height=picture.height,
            frames=_number(picture, "n-pages") if found in ("image/gif", "image/webp") else 1,
            interlaced=bool(_number(picture, "interlaced", default=0)),
        )
        profile = picture.get("icc-profile-data") if picture.get_typeof("icc-profile-data") else None
        sideways = _number(picture, "orientation") in _SIDEWAYS
    except pyvips.Error as error:
        raise corrupt(error) from None
    if found != content_type:
        raise ContentRejected(
            "type_mismatch", "This picture is not what it says it is.", log=f"{content_type}, {found}"
        )
    return Opened(header=header, body=body, sideways=sideways, profile=profile)


def corrupt(error: Exception) -> ContentRejected:
    """The one sentence for a picture that does not decode."""
    return ContentRejected("corrupt", "This picture is damaged or incomplete and cannot be opened.", log=str(error))


def _number(picture: pyvips.Image, field: str, *, default: int = 1) -> int:
    return int(picture.get(field)) if picture.get_typeof(field) else default
