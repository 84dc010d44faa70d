"""Upload sessions in camelCase: the same answer on every surface that spells its API so."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Annotated, Any, ParamSpec, TypeVar

from ninja import Schema
from pydantic import StringConstraints

from mediadock.api.schemas import StrictSchema, Token
from mediadock.core.errors import MediadockError
from mediadock.core.policy import Declared
from mediadock.uploads.conf import conf
from mediadock.uploads.grants import Grant

URLS_ROUTE = "/media/{media_id}/urls"
"""Where further and fresh addresses of any session are asked for, below the API's root."""

_API_ROOT = "/api/v1"

SESSION_FIELDS: Mapping[str, str] = {
    "file_name": "fileName",
    "file_size": "fileSize",
    "content_type": "fileType",
    "checksum_sha256": "checksumSha256",
    "client_part_size": "partSize",
}
"""What the media service calls the engine's fields."""

DECLARED_FIELDS: Mapping[str, str] = {
    **SESSION_FIELDS,
    "file_name": "filename",
    "file_size": "size",
    "content_type": "contentType",
}
"""What albums and avatars call them."""

PAGE_FIELDS: Mapping[str, str] = {"start_part": "start", "batch_count": "count"}
"""What a request for further addresses calls them."""

P = ParamSpec("P")
R = TypeVar("R")


class DeclaredFile(StrictSchema):
    """One file as albums and avatars declare it; ``size`` is bytes."""

    filename: Annotated[str, StringConstraints(max_length=4_096)]
    contentType: Token
    size: int
    checksumSha256: Token | None = None

    def declared(self) -> Declared:
        """As the engine's policy takes it."""
        return Declared(
            file_name=self.filename,
            size_bytes=self.size,
            content_type=self.contentType,
            checksum_sha256=self.checksumSha256,
        )


class SessionPartOut(Schema):
    partNumber: int
    url: str


class SessionOut(Schema):
    """Where to send the bytes.

    A small file: ``uploadUrl`` takes one PUT with ``headers``. A larger one: ``partUrls`` takes a PUT each, and
    ``uploadUrl`` answers further ones (``?start=501&count=500``). ``cdnUrl`` shows the medium once it is ready.
    """

    mediaId: int
    uploadUrl: str
    cdnUrl: str
    expiresAt: str
    headers: dict[str, str] | None = None
    uploadId: str | None = None
    partSize: int | None = None
    totalParts: int | None = None
    partUrls: list[SessionPartOut] | None = None


def session_out(grant: Grant) -> dict[str, Any]:
    """What a client needs to send one file."""
    answer: dict[str, Any] = {
        "mediaId": grant.asset_id,
        "cdnUrl": media_address(grant.asset_id),
        "expiresAt": grant.expires_at.isoformat(),
    }
    if grant.plan is None or grant.batch is None:
        return {**answer, "uploadUrl": grant.put_url, "headers": grant.headers}
    return {
        **answer,
        "uploadUrl": conf().public_url.rstrip("/") + _API_ROOT + URLS_ROUTE.format(media_id=grant.asset_id),
        "uploadId": grant.upload_id,
        "partSize": grant.plan.part_size_bytes,
        "totalParts": grant.plan.num_parts,
        "partUrls": [{"partNumber": n, "url": url} for n, url in enumerate(grant.batch.urls, grant.batch.start)],
    }


def media_address(media_id: int) -> str:
    """The address of a medium that never changes."""
    return f"{conf().public_url.rstrip('/')}/m/{media_id}"


def fields_called(names: Mapping[str, str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Have a view's refusals name its own fields, not the engine's."""

    def wrapped(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def spelled(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return view(*args, **kwargs)
            except MediadockError as refusal:
                refusal.errors = tuple(
                    replace(error, field=names.get(error.field, error.field)) for error in refusal.errors
                )
                raise

        # ninja reads the view's parameters here; its annotations are names of the view's module, not of this one
        spelled.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
        return spelled

    return wrapped
