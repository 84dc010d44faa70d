"""Whole objects: HEAD, PUT, DELETE."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import BinaryIO
from xml.sax.saxutils import escape

from mediadock.storage import multipart
from mediadock.storage.answers import children, parse, text
from mediadock.storage.calls import Call, StoreCalls
from mediadock.storage.errors import ObjectMissing, StoreUnavailable, UploadMissing
from mediadock.storage.shapes import CompletedPart, ObjectHead, bare_etag, quoted_etag

_DELETES_A_CALL = 1000  # S3's limit for DeleteObjects
_BLOCK_BYTES = 1024 * 1024


def metadata(content_type: str, cache_control: str | None, content_disposition: str | None) -> dict[str, str]:
    """The headers that an object is stored with."""
    headers = {"content-type": content_type}
    if cache_control is not None:
        headers["cache-control"] = cache_control
    if content_disposition is not None:
        headers["content-disposition"] = content_disposition
    return headers


def head(calls: StoreCalls, key: str, *, etag: str | None) -> ObjectHead:
    """What the store says of ``key``, or of version ``etag`` only."""
    headers = {} if etag is None else {"if-match": quoted_etag(etag)}
    answer = calls.send(Call("HEAD", key, headers=headers))
    try:
        return ObjectHead(
            size_bytes=int(answer.headers["Content-Length"]),
            etag=bare_etag(answer.headers["ETag"]),
            content_type=answer.headers["Content-Type"] or "",
            last_modified=parsedate_to_datetime(answer.headers["Last-Modified"]),
        )
    except (AttributeError, TypeError, ValueError):
        raise StoreUnavailable(log="HEAD object: an answer without size, ETag or date") from None


def put(calls: StoreCalls, key: str, body: bytes | BinaryIO, *, size_bytes: int, headers: Mapping[str, str]) -> str:
    """Store ``body``, its hash signed so that the store verifies it; return the ETag."""
    if size_bytes > calls.limits.single_bytes and not isinstance(body, bytes):
        return _put_in_parts(calls, key, body, size_bytes=size_bytes, headers=headers)
    length, digest = _measure(body)
    if length != size_bytes:
        raise ValueError(f"the body has {length} bytes, not {size_bytes}")
    call = Call(
        "PUT",
        key,
        headers={**headers, "content-length": str(size_bytes)},
        body=body,
        payload_sha256=digest,
        timeout_s=calls.limits.transfer_timeout_s,
    )
    return bare_etag(calls.send(call).headers["ETag"] or "")


def delete(calls: StoreCalls, keys: Sequence[str]) -> None:
    """Delete ``keys``, a thousand a call. Raises StoreUnavailable if the store keeps one."""
    if len(keys) == 1:
        try:
            calls.send(Call("DELETE", keys[0]))
        except ObjectMissing:
            return
    else:
        for start in range(0, len(keys), _DELETES_A_CALL):
            _delete_together(calls, keys[start : start + _DELETES_A_CALL])


def ping(calls: StoreCalls) -> None:
    """HEAD of the bucket."""
    calls.send(Call("HEAD", None))


def _measure(body: bytes | BinaryIO) -> tuple[int, str]:
    if isinstance(body, bytes):
        return len(body), hashlib.sha256(body).hexdigest()
    body.seek(0)
    length, digest = 0, hashlib.sha256()
    while block := body.read(_BLOCK_BYTES):
        length += len(block)
        digest.update(block)
    return length, digest.hexdigest()


def _put_in_parts(calls: StoreCalls, key: str, body: BinaryIO, *, size_bytes: int, headers: Mapping[str, str]) -> str:
    """For what is too large for one PUT. A part is held in memory: 64 MiB, more only beyond 640 GB."""
    part_bytes = max(64 * 1024**2, -(-size_bytes // 9_999))
    upload_id = multipart.create(calls, key, headers=headers)
    try:
        body.seek(0)
        parts: list[CompletedPart] = []
        length = 0
        while block := body.read(part_bytes):
            number = len(parts) + 1
            length += len(block)
            parts.append(CompletedPart(number=number, etag=_put_part(calls, key, upload_id, number, block)))
        if length != size_bytes:
            raise ValueError(f"the body has {length} bytes, not {size_bytes}")
        return assembled(calls, key, upload_id, parts, size_bytes=size_bytes)
    except BaseException:
        multipart.abort(calls, key, upload_id)
        raise


def assembled(calls: StoreCalls, key: str, upload_id: str, parts: Sequence[CompletedPart], *, size_bytes: int) -> str:
    """Complete an upload of our own, under a key that is its alone; return the object's ETag.

    A store may forget an upload as soon as it has assembled it: a call that is repeated because its answer was lost
    is told that there is none (S3, "NoSuchUpload": aborted or completed).
    """
    try:
        return multipart.complete(calls, key, upload_id, parts)
    except UploadMissing as missing:
        try:
            found = head(calls, key, etag=None)
        except ObjectMissing:
            raise missing from None
        if found.size_bytes != size_bytes:
            raise
        return found.etag


def _put_part(calls: StoreCalls, key: str, upload_id: str, number: int, block: bytes) -> str:
    call = Call(
        "PUT",
        key,
        query=(("partNumber", str(number)), ("uploadId", upload_id)),
        body=block,
        payload_sha256=hashlib.sha256(block).hexdigest(),
        timeout_s=calls.limits.transfer_timeout_s,
    )
    return bare_etag(calls.send(call).headers["ETag"] or "")


def _delete_together(calls: StoreCalls, keys: Sequence[str]) -> None:
    objects = "".join(f"<Object><Key>{escape(key)}</Key></Object>" for key in keys)
    namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
    body = f'<Delete xmlns="{namespace}"><Quiet>true</Quiet>{objects}</Delete>'.encode()
    md5 = hashlib.md5(body, usedforsecurity=False).digest()  # DeleteObjects demands it; all stores know it
    call = Call(
        "POST",
        None,
        query=(("delete", ""),),
        headers={"content-type": "application/xml", "content-md5": base64.b64encode(md5).decode()},
        body=body,
        payload_sha256=hashlib.sha256(body).hexdigest(),
        error_in_200=True,
    )
    for failure in children(parse(calls.send(call).body), "Error"):
        if (code := text(failure, "Code")) != "NoSuchKey":
            raise StoreUnavailable(log=f"{call}: {code[:64]}")
