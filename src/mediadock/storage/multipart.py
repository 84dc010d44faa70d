"""Multipart uploads: the calls that prepare, complete and abort stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from xml.sax.saxutils import escape

from mediadock.storage.answers import parse, stored_parts, text
from mediadock.storage.calls import Call, StoreCalls
from mediadock.storage.errors import StoreUnavailable, UploadMissing
from mediadock.storage.shapes import CompletedPart, StoredPart, bare_etag, quoted_etag

_PAGE = 1000  # S3's own largest page of ListParts


def create(calls: StoreCalls, key: str, *, headers: Mapping[str, str]) -> str:
    """Begin an upload. Repeated after a lost answer it leaves an upload with no part: the sweeper's to abort."""
    root = parse(calls.send(Call("POST", key, query=(("uploads", ""),), headers=headers)).body)
    upload_id = text(root, "UploadId")
    if not upload_id:
        raise StoreUnavailable(log="POST uploads: an answer without UploadId")
    return upload_id


def complete(calls: StoreCalls, key: str, upload_id: str, parts: Sequence[CompletedPart]) -> str:
    """Assemble the object out of ``parts`` and return its ETag.

    S3 may answer 200 and say in the body that it failed; that is a failure here.
    """
    lines = "".join(
        f"<Part><PartNumber>{part.number}</PartNumber><ETag>{escape(quoted_etag(part.etag))}</ETag></Part>"
        for part in sorted(parts, key=lambda part: part.number)
    )
    namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
    body = f'<CompleteMultipartUpload xmlns="{namespace}">{lines}</CompleteMultipartUpload>'.encode()
    call = Call(
        "POST",
        key,
        query=(("uploadId", upload_id),),
        headers={"content-type": "application/xml"},
        body=body,
        payload_sha256=sha256(body).hexdigest(),
        timeout_s=calls.limits.complete_timeout_s,
        error_in_200=True,
    )
    etag = bare_etag(text(parse(calls.send(call).body), "ETag"))
    if not etag:
        raise StoreUnavailable(log="POST uploadId: an answer without ETag")
    return etag


def abort(calls: StoreCalls, key: str, upload_id: str) -> None:
    """Forget the upload and its parts; one that is not there is aborted already."""
    try:
        calls.send(Call("DELETE", key, query=(("uploadId", upload_id),)))
    except UploadMissing:
        return


def list_parts(calls: StoreCalls, key: str, upload_id: str) -> list[StoredPart]:
    """The parts that the store has, one for each number, by number, all pages followed.

    SeaweedFS keeps and lists every version of a part that was sent more than once, where S3 keeps the last;
    here too the latest counts, to the second that listings know.
    """
    found: dict[int, tuple[str, StoredPart]] = {}
    marker = 0
    while True:
        query = (("max-parts", str(_PAGE)), ("part-number-marker", str(marker)), ("uploadId", upload_id))
        root = parse(calls.send(Call("GET", key, query=query)).body)
        last = marker
        for sent_at, part in stored_parts(root):
            last = max(last, part.number)
            if part.number not in found or found[part.number][0] <= sent_at:
                found[part.number] = (sent_at, part)
        if text(root, "IsTruncated") != "true":
            return [found[number][1] for number in sorted(found)]
        if last <= marker:
            raise StoreUnavailable(log="GET parts: a page that does not go on")
        marker = last
