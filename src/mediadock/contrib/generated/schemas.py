"""What the endpoints of generated images take and give, as the specification spells it."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from mediadock.api.media import MediaOut
from mediadock.api.schemas import StrictSchema, Text, Token

MOST_IMAGES = 100
GENERATION_ID = r"^[A-Za-z0-9_-]{1,64}$"


class GenerationIn(StrictSchema):
    """The images that a generation will have."""

    count: Annotated[int, Field(ge=1, le=MOST_IMAGES)]
    contentType: Token
    prompt: Text = ""
    model: Text = ""


class GeneratedBytesIn(StrictSchema):
    """An image that has been made; ``size`` is bytes."""

    size: int
    contentType: Token


class GeneratedRefOut(Schema):
    imageId: int
    mediaId: int
    index: int


class GenerationOut(Schema):
    images: list[GeneratedRefOut]


class GeneratedImageOut(GeneratedRefOut):
    """One image; ``media`` is null until its bytes are announced."""

    status: Literal["pending", "uploaded", "failed"]
    prompt: str
    model: str
    createdAt: str
    media: MediaOut | None


class GeneratedImagesOut(Schema):
    images: list[GeneratedImageOut]


class GenerationWithImagesOut(GeneratedImagesOut):
    generationId: str


class GenerationList(Schema):
    items: list[GenerationWithImagesOut]
    next: str | None
