"""What the media service takes and gives, as the specification spells it."""

from __future__ import annotations

from typing import Annotated

from ninja import Schema
from pydantic import Field, StringConstraints

from mediadock.api.schemas import StrictSchema, Token
from mediadock.core.policy import Declared


class SessionIn(StrictSchema):
    """One declared file; sizes are bytes."""

    fileName: Annotated[str, StringConstraints(max_length=4_096)]
    fileType: Token
    fileSize: int
    mediaType: Token
    checksumSha256: Token | None = None
    partSize: int | None = None

    def declared(self) -> Declared:
        """As the engine's policy takes it."""
        return Declared(
            file_name=self.fileName,
            size_bytes=self.fileSize,
            content_type=self.fileType,
            part_size_bytes=self.partSize,
            checksum_sha256=self.checksumSha256,
        )


class MediaPartIn(StrictSchema):
    """A part that the store has taken."""

    partNumber: int
    etag: Token


class CompleteMultipartIn(StrictSchema):
    """An upload whose parts are there; ``parts`` may be left out: the store's list is the truth.

    So may ``uploadId``, as the medium has one upload; another one is not found.
    """

    uploadId: Token | None = None
    parts: Annotated[list[MediaPartIn], Field(max_length=10_000)] | None = None


class MediaStoredPartOut(Schema):
    """A part that the store has; ``size`` is bytes."""

    partNumber: int
    etag: str
    size: int


class MediaPartsOut(Schema):
    """What the store has of an upload and which numbers are missing; a small file has no parts, and nulls."""

    uploadId: str | None
    partSize: int | None
    totalParts: int | None
    parts: list[MediaStoredPartOut]
    missing: list[int]
