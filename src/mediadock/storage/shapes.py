"""Values that cross the boundary of the store. ETags are kept without their quotes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CompletedPart:
    """A part as its uploader names it when completing."""

    number: int
    etag: str


@dataclass(frozen=True)
class StoredPart:
    """A part as the store has it."""

    number: int
    etag: str
    size_bytes: int


@dataclass(frozen=True)
class ObjectHead:
    """What the store says about an object without its bytes."""

    size_bytes: int
    etag: str
    content_type: str
    last_modified: datetime


@dataclass(frozen=True)
class OpenUpload:
    """A multipart upload that is neither completed nor aborted."""

    key: str
    upload_id: str
    initiated: datetime


@dataclass(frozen=True)
class ObjectSummary:
    """One line of a listing."""

    key: str
    size_bytes: int
    last_modified: datetime
    etag: str


@dataclass(frozen=True)
class ObjectPage:
    """Some lines of a listing, by key, and whether there are more behind them."""

    objects: tuple[ObjectSummary, ...]
    goes_on: bool


def bare_etag(etag: str) -> str:
    """``etag`` without quotes and weak mark, as it is kept everywhere inside."""
    return etag.strip().removeprefix("W/").strip('"')


def quoted_etag(etag: str) -> str:
    """``etag`` as it stands in a header or in XML."""
    return f'"{bare_etag(etag)}"'
