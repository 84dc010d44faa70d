"""Copying inside the store: the bytes never come here."""

from __future__ import annotations

from collections.abc import Mapping

from mediadock.storage import multipart, objects
from mediadock.storage.answers import parse, text
from mediadock.storage.calls import Call, StoreCalls
from mediadock.storage.errors import StoreUnavailable
from mediadock.storage.shapes import CompletedPart, bare_etag, quoted_etag
from mediadock.storage.signing import encode_path


def copy(
    calls: StoreCalls, src_key: str, dst_key: str, *, etag: str, size_bytes: int, headers: Mapping[str, str]
) -> str:
    """Copy version ``etag`` of ``src_key``, stored with ``headers`` and none of the source's; return the new ETag."""
    pinned = {
        "x-amz-copy-source": encode_path(f"/{calls.bucket}/{src_key}"),
        "x-amz-copy-source-if-match": quoted_etag(etag),
    }
    if size_bytes > calls.limits.single_bytes:
        return _copy_in_parts(calls, dst_key, pinned, size_bytes=size_bytes, headers=headers)
    replaced = {**headers, **pinned, "x-amz-metadata-directive": "REPLACE"}
    return _send(
        calls, Call("PUT", dst_key, headers=replaced, timeout_s=calls.limits.transfer_timeout_s, error_in_200=True)
    )


def _copy_in_parts(
    calls: StoreCalls, dst_key: str, pinned: Mapping[str, str], *, size_bytes: int, headers: Mapping[str, str]
) -> str:
    step = calls.limits.part_copy_bytes
    upload_id = multipart.create(calls, dst_key, headers=headers)
    try:
        parts = []
        for number, start in enumerate(range(0, size_bytes, step), start=1):
            call = Call(
                "PUT",
                dst_key,
                query=(("partNumber", str(number)), ("uploadId", upload_id)),
                headers={**pinned, "x-amz-copy-source-range": f"bytes={start}-{min(start + step, size_bytes) - 1}"},
                timeout_s=calls.limits.transfer_timeout_s,
                error_in_200=True,
            )
            parts.append(CompletedPart(number=number, etag=_send(calls, call)))
        return objects.assembled(calls, dst_key, upload_id, parts, size_bytes=size_bytes)
    except BaseException:
        multipart.abort(calls, dst_key, upload_id)
        raise


def _send(calls: StoreCalls, call: Call) -> str:
    etag = bare_etag(text(parse(calls.send(call).body), "ETag"))
    if not etag:
        raise StoreUnavailable(log=f"{call}: a copy without ETag")
    return etag
