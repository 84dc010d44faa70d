"""Step 1: open the header, no pixel decoded."""

from __future__ import annotations

from dataclasses import dataclass

import pyvips  # type: ignore[import-untyped]

from mediadock.core.errors import ContentRejected
from mediadock.processing.image.cut_short import gif_ends_early, webp_without_cut_frames
from mediadock.processing.image.intake import InMemory, Intake
from mediadock.processing.image.loaders import agrees, type_of
from mediadock.processing.image.pixels import Header

_SIDEWAYS = frozenset({5, 6, 7, 8})  # EXIF orientations that exchange width and height
_ANIMATED = frozenset({"image/gif", "image/webp"})


@dataclass(frozen=True)
class Opened:
    """A picture whose header is known.

    ``sideways`` when being upright exchanges its sides, ``cut_short`` when later frames are missing, ``is_hevc`` when
    libvips can read the header and no more.
    """

    header: Header
    intake: Intake
    sideways: bool
    has_profile: bool
    has_alpha: bool
    cut_short: bool
    is_hevc: bool

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height as a person sees them."""
        width, height = self.header.width, self.header.height
        return (height, width) if self.sideways else (width, height)


def open_picture(intake: Intake, content_type: str) -> Opened:
    """Read the header; ContentRejected ``corrupt`` or, when another decoder feels addressed, ``type_mismatch``."""
    picture, intake, cut_short = _header_of(intake, content_type)
    found = type_of(picture)
    if not agrees(found, content_type):
        raise ContentRejected(
            "type_mismatch", "This picture is not what it says it is.", log=f"sniffed {content_type}, decoder {found}"
        )
    header = Header(
        content_type=content_type,
        width=picture.width,
        height=picture.height,
        frames=_number(picture, "n-pages", 1) if content_type in _ANIMATED else 1,
        interlaced=bool(_number(picture, "interlaced", 0)),
    )
    return Opened(
        header=header,
        intake=intake,
        sideways=_number(picture, "orientation", 1) in _SIDEWAYS,
        has_profile=bool(picture.get_typeof("icc-profile-data")),
        has_alpha=bool(picture.hasalpha()),
        cut_short=cut_short or (content_type == "image/gif" and header.frames > 1 and gif_ends_early(intake.whole())),
        is_hevc=bool(picture.get_typeof("heif-compression")) and picture.get("heif-compression") == "hevc",
    )


def _header_of(intake: Intake, content_type: str) -> tuple[pyvips.Image, Intake, bool]:
    """The header, what to decode, and whether that is less than was sent: a cut animation keeps its whole frames."""
    try:
        return intake.open(), intake, False
    except pyvips.Error as error:
        rest = webp_without_cut_frames(intake.whole()) if content_type == "image/webp" else None
        if rest is None:
            raise corrupt(error) from None
    try:
        return InMemory(rest).open(), InMemory(rest), True
    except pyvips.Error as error:
        raise corrupt(error) from None


def corrupt(error: Exception) -> ContentRejected:
    """The one sentence for a picture that does not decode."""
    return ContentRejected("corrupt", "This picture is damaged or incomplete and cannot be opened.", log=str(error))


def _number(picture: pyvips.Image, field: str, absent: int) -> int:
    return int(picture.get(field)) if picture.get_typeof(field) else absent
