"""What the chat endpoints take and give, as the specification spells it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Discriminator, Field, StringConstraints, Tag

from mediadock.api.schemas import AssetOut, StrictSchema, Text, Token
from mediadock.core.filetypes import Kind
from mediadock.core.parts import MAX_BATCH_COUNT
from mediadock.core.policy import Declared

MOST_DECLARED = 1_000
"""Files that are looked at in one body; how many the profile takes is told by a refusal of its own."""

KindName = Literal["image", "video", "audio", "file"]


class FileIn(StrictSchema):
    """One declared file."""

    file_name: Annotated[str, StringConstraints(max_length=4_096)]
    file_size: int
    content_type: Token | None = None
    kind: KindName | None = None
    client_part_size: int | None = None
    client_num_parts: int | None = None
    checksum_sha256: Token | None = None

    def declared(self) -> Declared:
        """As the engine's policy takes it."""
        return Declared(
            file_name=self.file_name,
            size_bytes=self.file_size,
            content_type=self.content_type or "",
            kind=Kind(self.kind) if self.kind else None,
            part_size_bytes=self.client_part_size,
            num_parts=self.client_num_parts,
            checksum_sha256=self.checksum_sha256,
        )


class PrepareIn(FileIn):
    """A new message with one file."""

    receiver_id: int
    text: Text | None = None


class UploadName(StrictSchema):
    """An upload by any of its names; several must agree."""

    object_key: Token | None = None
    upload_id: Token | None = None
    asset_id: int | None = None


class MoreUrlsIn(UploadName):
    """Further part URLs, the same page again, or a fresh direct URL."""

    start_part: int = 1
    batch_count: int = MAX_BATCH_COUNT


def _which(body: Any) -> str:  # noqa: ANN401 - any JSON at all may come
    names = body.keys() if isinstance(body, dict) else vars(body) if hasattr(body, "__dict__") else ()
    return "tagged-more" if {"object_key", "upload_id", "asset_id"} & set(names) else "tagged-new"


PrepareBody = Annotated[
    Annotated[PrepareIn, Tag("tagged-new")] | Annotated[MoreUrlsIn, Tag("tagged-more")], Discriminator(_which)
]


class PartIn(StrictSchema):
    """A part as S3 names it."""

    PartNumber: int
    ETag: Token


class CompleteIn(UploadName):
    """An upload whose bytes are there; ``parts`` may be left out."""

    parts: Annotated[list[PartIn], Field(max_length=10_000)] | None = None


class AlbumIn(StrictSchema):
    """A new message with many files."""

    receiver_id: int
    text: Text | None = None
    attachments: Annotated[list[FileIn], Field(max_length=MOST_DECLARED)]


class MessageIn(StrictSchema):
    """A message of text only."""

    text: Annotated[Text, Field(min_length=1)]


class PartUrlOut(Schema):
    part_number: int
    url: str


class BatchOut(Schema):
    start: int
    count: int
    items: list[PartUrlOut]


class GrantOut(Schema):
    """Where to send the bytes: direct has ``put_url`` and ``headers``, multipart the rest."""

    message_id: int | None = None
    asset_id: int
    mode: Literal["direct", "multipart"]
    object_key: str
    expires_at: str
    put_url: str | None = None
    headers: dict[str, str] | None = None
    upload_id: str | None = None
    part_size: int | None = None
    num_parts: int | None = None
    batch: BatchOut | None = None


class AlbumOut(Schema):
    message_id: int
    uploads: list[GrantOut]


class StoredPartOut(Schema):
    PartNumber: int
    ETag: str
    Size: int


class PartsOut(Schema):
    upload_id: str | None
    part_size: int | None
    num_parts: int | None
    parts: list[StoredPartOut]
    missing: list[int]


class MessageOut(Schema):
    message_id: int
    sender_id: int
    receiver_id: int
    text: str
    status: str
    seen_at: str | None
    created_at: str
    attachments: list[AssetOut]


class MessageList(Schema):
    items: list[MessageOut]
    next: str | None


class SeenOut(Schema):
    message_id: int
    seen_at: str
