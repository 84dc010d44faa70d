"""What the asset endpoints give."""

from __future__ import annotations

from typing import Literal

from ninja import Schema


class UnfinishedOut(Schema):
    """An upload that waits for bytes, on whatever device it was begun."""

    asset_id: int
    message_id: int | None
    profile: str
    mode: Literal["direct", "multipart"]
    object_key: str
    upload_id: str | None
    part_size: int | None
    num_parts: int | None
    file_name: str
    size: int
    content_type: str
    created_at: str
    expires_at: str


class UnfinishedList(Schema):
    items: list[UnfinishedOut]
    next: str | None


class ProfileOut(Schema):
    """The limits of one profile; sizes are bytes."""

    kinds: list[str]
    types: list[str]
    max_size: dict[str, int]
    max_files: int
    direct_up_to: int


class ConfigOut(Schema):
    """What a client needs to know before it asks."""

    ws_url: str
    max_batch_count: int
    min_part_size: int
    max_parts: int
    profiles: dict[str, ProfileOut]
