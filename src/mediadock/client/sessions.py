"""Upload sessions as the server describes them: where a file's bytes go, and what of them it has already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mediadock.client.errors import BadAnswer
from mediadock.client.reading import Fields


@dataclass(frozen=True)
class DirectSession:
    """One presigned PUT; ``headers`` must be sent as they are. An empty ``put_url`` has yet to be asked for."""

    asset_id: int
    put_url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredPart:
    """A part that the store has; ``etag`` without quotes."""

    number: int
    etag: str
    size_bytes: int


@dataclass(frozen=True)
class MultipartSession:
    """Parts of ``part_size_bytes``; ``urls`` holds those part URLs that are known so far."""

    asset_id: int
    upload_id: str
    part_size_bytes: int
    num_parts: int
    urls: Mapping[int, str] = field(default_factory=dict)
    stored: tuple[StoredPart, ...] = ()


UploadSession = DirectSession | MultipartSession


@dataclass(frozen=True)
class Prepared:
    """A message and the upload sessions of its files, in the order they were asked for."""

    message_id: int
    sessions: tuple[UploadSession, ...]


def read_session(fields: Fields) -> UploadSession:
    """From an answer of prepare, or one of an album's ``uploads``."""
    mode = fields.text("mode")
    if mode == "direct":
        return DirectSession(
            fields.integer("asset_id"),
            fields.text("put_url"),
            fields.child("headers").texts(),
        )
    if mode == "multipart":
        return MultipartSession(
            asset_id=fields.integer("asset_id"),
            upload_id=fields.text("upload_id"),
            part_size_bytes=fields.integer("part_size"),
            num_parts=fields.integer("num_parts"),
            urls=read_urls(fields.child("batch")),
        )
    raise BadAnswer("bad_answer", f"The server proposes an upload of mode {mode}, which this client does not know.")


def read_media_session(fields: Fields) -> UploadSession:
    """From the answer of a surface that spells in camelCase: ``{mediaId, uploadUrl, headers}``, or parts."""
    if "uploadId" not in fields:
        return DirectSession(fields.integer("mediaId"), fields.text("uploadUrl"), fields.child("headers").texts())
    return MultipartSession(
        asset_id=fields.integer("mediaId"),
        upload_id=fields.text("uploadId"),
        part_size_bytes=fields.integer("partSize"),
        num_parts=fields.integer("totalParts"),
        urls={part.integer("partNumber"): part.text("url") for part in fields.children("partUrls")},
    )


def read_urls(batch: Fields) -> dict[int, str]:
    """Part number to URL, from ``batch: {start, count, items: [{part_number, url}]}``."""
    return {item.integer("part_number"): item.text("url") for item in batch.children("items")}


@dataclass(frozen=True)
class _Spelling:
    """How a surface spells the fields of an upload's parts."""

    upload_id: str
    part_size: str
    num_parts: str
    number: str
    etag: str
    size: str


_CHAT = _Spelling("upload_id", "part_size", "num_parts", "PartNumber", "ETag", "Size")
_MEDIA = _Spelling("uploadId", "partSize", "totalParts", "partNumber", "etag", "size")


def read_stored(asset_id: int, fields: Fields) -> UploadSession:
    """An upload that was begun earlier, from ``{upload_id, part_size, num_parts, parts, missing}``."""
    return _stored(asset_id, fields, _CHAT)


def read_media_stored(media_id: int, fields: Fields) -> UploadSession:
    """The same, from ``{uploadId, partSize, totalParts, parts, missing}``."""
    return _stored(media_id, fields, _MEDIA)


def _stored(asset_id: int, fields: Fields, called: _Spelling) -> UploadSession:
    if called.upload_id not in fields:
        return DirectSession(asset_id)
    return MultipartSession(
        asset_id=asset_id,
        upload_id=fields.text(called.upload_id),
        part_size_bytes=fields.integer(called.part_size),
        num_parts=fields.integer(called.num_parts),
        stored=tuple(
            StoredPart(part.integer(called.number), part.text(called.etag).strip('"'), part.integer(called.size))
            for part in fields.children("parts")
        ),
    )
