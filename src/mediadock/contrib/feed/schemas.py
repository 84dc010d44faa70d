"""What the feed takes and gives, as the specification spells it."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from mediadock.api.media import MediaOut
from mediadock.api.schemas import StrictSchema, Text

MOST_MEDIA = 50


class PostIn(StrictSchema):
    """A new post of words, media, or both."""

    content: Text = ""
    mediaIds: Annotated[list[int], Field(default_factory=list, max_length=MOST_MEDIA)]


class SubmittedOut(Schema):
    postId: int
    status: Literal["publishing", "published"]
    media: list[MediaOut]


class PostOut(SubmittedOut):
    authorId: int
    content: str
    createdAt: str
    publishedAt: str | None


class Feed(Schema):
    items: list[PostOut]
    next: str | None
