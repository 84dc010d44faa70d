"""Media in camelCase: one asset as every surface that spells its API so shows it."""

from __future__ import annotations

from typing import Any

from ninja import Schema

from mediadock.api.schemas import AssetError
from mediadock.api.sessions import media_address
from mediadock.core.states import VIEWS, State
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.publish import ORIGINAL
from mediadock.uploads.snapshot import render, snapshot

POST = "post"
AVATAR = "avatar"
"""Kinds of links that more than one surface knows: of an asset that hangs on a post, and on its owner."""


class CompletedOut(Schema):
    mediaId: int
    cdnUrl: str
    originalUrl: str | None
    fileSize: int
    contentType: str
    status: str


class MediaVariantOut(Schema):
    """One published form of a medium."""

    url: str
    contentType: str
    width: int | None
    height: int | None
    fileSize: int | None


class MediaOut(CompletedOut):
    """A medium; ``cdnUrl`` never changes, the other addresses open for about a quarter of an hour."""

    mediaType: str
    kind: str
    fileName: str
    thumbnailUrl: str | None
    variants: dict[str, MediaVariantOut]
    width: int | None
    height: int | None
    duration: float | None
    waveform: list[int] | None
    placeholder: str | None
    postId: int | None
    error: AssetError | None
    createdAt: str
    updatedAt: str


class MediaList(Schema):
    items: list[MediaOut]
    next: str | None


def completed_out(asset: MediaAsset, *, viewer_id: int) -> dict[str, Any]:
    """What complete answers."""
    shown = render(snapshot(asset, message_status=None), viewer_id=viewer_id)
    return _completed(asset, shown)


def media_out(asset: MediaAsset, *, viewer_id: int) -> dict[str, Any]:
    """All of a medium."""
    shown = render(snapshot(asset, message_status=None), viewer_id=viewer_id)
    return {
        **_completed(asset, shown),
        "mediaType": asset.profile,
        "kind": asset.kind,
        "fileName": asset.file_name,
        "thumbnailUrl": shown["thumbnail_url"],
        "variants": {name: _variant(variant) for name, variant in shown["variants"].items()},
        "width": asset.width,
        "height": asset.height,
        "duration": asset.duration,
        "waveform": asset.waveform,
        "placeholder": asset.placeholder,
        "postId": asset.link_id if asset.link_kind == POST else None,
        "error": shown["error"],
        "createdAt": shown["created_at"],
        "updatedAt": shown["updated_at"],
    }


def _completed(asset: MediaAsset, shown: dict[str, Any]) -> dict[str, Any]:
    state = State(asset.state)
    original = shown["variants"].get(ORIGINAL) if state is State.READY else None
    return {
        "mediaId": asset.pk,
        "cdnUrl": media_address(asset.pk),
        "originalUrl": original["url"] if original else None,
        "fileSize": asset.size_bytes,
        "contentType": shown["content_type"],
        "status": VIEWS[state].media_status,
    }


def _variant(variant: dict[str, Any]) -> dict[str, Any]:
    return {
        "url": variant["url"],
        "contentType": variant["content_type"],
        "width": variant["width"],
        "height": variant["height"],
        "fileSize": variant["size_bytes"],
    }
