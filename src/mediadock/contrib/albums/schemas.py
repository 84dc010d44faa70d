"""What the album endpoints take and give, as the specification spells it."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from mediadock.api.media import MediaOut
from mediadock.api.schemas import StrictSchema, Text

MAX_TITLE_CHARACTERS = 200


class NewAlbumIn(StrictSchema):
    """A new album."""

    title: Annotated[Text, Field(min_length=1, max_length=MAX_TITLE_CHARACTERS)]


class AlbumRefOut(Schema):
    albumId: int
    title: str
    createdAt: str


class AlbumRefList(Schema):
    items: list[AlbumRefOut]
    next: str | None


class AlbumMediaOut(MediaOut):
    """A medium of an album; ``status`` in the album's words."""

    status: Literal["pending", "uploaded", "failed"]


class AlbumMediaList(Schema):
    items: list[AlbumMediaOut]
    next: str | None
