"""Schemas: what comes in is strict (no unknown field, no silent conversion), what goes out is described."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MAX_TEXT_CHARACTERS = 10_000


class StrictSchema(BaseModel):
    """A request body: unknown fields and values of another type are refused.

    Not ninja's ``Schema``: that validates what forbids unknown fields twice, the second time through an object that
    looks every field up in Python, so a body of 10,000 parts took several times as long.
    """

    model_config = ConfigDict(extra="forbid", strict=True, from_attributes=True)


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("The text holds a NUL character.")
    return text


Text = Annotated[str, Field(max_length=MAX_TEXT_CHARACTERS), AfterValidator(_no_nul)]
"""What a person writes: at most 10,000 characters, no NUL, which PostgreSQL cannot hold."""

Token = Annotated[str, Field(max_length=2_048), AfterValidator(_no_nul)]
"""An opaque name: a key, an upload id, a content type."""


class FieldProblem(Schema):
    """One thing wrong with one field."""

    field: str
    code: str
    message: str


class Problem(Schema):
    """An RFC 9457 problem document with a stable code."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblem] | None = None


class VariantOut(Schema):
    """One published form of an asset."""

    url: str
    content_type: str
    width: int | None
    height: int | None
    size_bytes: int | None


class AssetError(Schema):
    """Why an asset failed or was refused."""

    code: str
    reason: str
    retryable: bool


class AssetOut(Schema):
    """An asset as its viewers see it, everywhere the same."""

    asset_id: int
    message_id: int | None
    owner_id: int
    profile: str
    kind: str
    file_name: str
    content_type: str
    size: int
    state: str
    message_status: str
    processing_status: str
    stage: str
    progress: int
    attempt: int
    width: int | None
    height: int | None
    duration: float | None
    waveform: list[int] | None
    pages: int | None
    placeholder: str | None
    thumbnail_url: str | None
    media_url: str | None
    url: str | None
    variants: dict[str, VariantOut]
    error: AssetError | None
    created_at: str
    updated_at: str


class StageOut(Schema):
    """Where an asset is, after a call that moved it or found it moved."""

    message_id: int | None
    asset_id: int
    stage: str


REFUSALS: dict[Any, Any] = {frozenset({401, 404, 409, 413, 415, 422, 429, 503}): Problem}
"""What any endpoint may answer besides its own success."""
