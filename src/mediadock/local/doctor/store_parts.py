"""Does a multipart upload work from its beginning to its end, and can it be given up?"""

from __future__ import annotations

from datetime import UTC, datetime

from mediadock.core.errors import NotFound
from mediadock.local.doctor.deployment import TYPE, Deployment
from mediadock.local.doctor.door import knock
from mediadock.local.doctor.findings import Finding, fail, ok
from mediadock.local.doctor.store_puts import ANOTHER_STORE
from mediadock.storage.presign import PartRange
from mediadock.storage.shapes import CompletedPart

_MIB = 1024 * 1024
_SIZES = (5 * _MIB, 1024)
"""S3 takes no smaller part before the last."""

_EXPIRES_S = 300
_TRANSFER_S = 45.0


def multipart(deployment: Deployment) -> Finding:
    """Two parts by presigned URLs become one object; an upload that is given up is gone."""
    store, key = deployment.store, deployment.probes.key("multipart")
    upload_id = store.create_multipart(key, content_type=TYPE)
    etags = _sent(deployment, key, upload_id)
    listed = [(part.number, part.size_bytes, part.etag) for part in store.list_parts(key, upload_id)]
    if listed != [(1, _SIZES[0], etags[0]), (2, _SIZES[1], etags[1])]:
        return fail(f"Two parts were sent, and the store lists {len(listed)}, or others.", ANOTHER_STORE)
    store.complete_multipart(key, upload_id, [CompletedPart(number, etag) for number, _, etag in listed])
    if store.head(key).size_bytes != sum(_SIZES):
        return fail("The object that two parts became has another size than they.", ANOTHER_STORE)
    given_up = store.create_multipart(key, content_type=TYPE)
    store.abort_multipart(key, given_up)
    try:
        store.list_parts(key, given_up)
    except NotFound:
        return ok("Two parts became one object, and an upload that was given up is gone.")
    return fail("An upload that was given up is still there: its parts would be paid for.", ANOTHER_STORE)


def _sent(deployment: Deployment, key: str, upload_id: str) -> list[str]:
    ranges = [PartRange(number, size) for number, size in enumerate(_SIZES, start=1)]
    urls = deployment.presigner.upload_parts(key, upload_id, ranges, expires_s=_EXPIRES_S, now=datetime.now(UTC))
    replies = [
        knock("PUT", url, body=bytes(size), within_s=_TRANSFER_S) for url, size in zip(urls, _SIZES, strict=True)
    ]
    return [reply.headers.get("etag", "").strip('"') for reply in replies]
