"""Listings, for the sweeper: every few seconds, so by our own calls (a boto3 client alone costs 0.2 s to make)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote_plus
from xml.etree import ElementTree

from mediadock.storage.answers import children, parse, text
from mediadock.storage.calls import Call, StoreCalls
from mediadock.storage.errors import StoreUnavailable
from mediadock.storage.shapes import ObjectPage, ObjectSummary, OpenUpload, bare_etag


def list_objects(calls: StoreCalls, prefix: str) -> Iterator[ObjectSummary]:
    """The objects below ``prefix``, pages followed as they are needed.

    Keys are asked for percent-encoded: XML cannot hold every character that a key can.
    """
    query = (("list-type", "2"), ("prefix", prefix), ("encoding-type", "url"))
    for page in _pages(calls, query, markers={"continuation-token": "NextContinuationToken"}):
        encoded = text(page, "EncodingType") == "url"
        for found in children(page, "Contents"):
            yield _summary(found, encoded=encoded)


def list_page(calls: StoreCalls, prefix: str, *, after: str, limit: int) -> ObjectPage:
    """At most ``limit`` objects below ``prefix``, up to 1,000, that come behind the key ``after``; one call."""
    query = (("list-type", "2"), ("prefix", prefix), ("encoding-type", "url"), ("max-keys", str(limit)))
    behind = (("start-after", after),) if after else ()
    page = parse(calls.send(Call("GET", None, query=(*query, *behind))).body)
    encoded = text(page, "EncodingType") == "url"
    objects = tuple(_summary(found, encoded=encoded) for found in children(page, "Contents"))
    return ObjectPage(objects, goes_on=text(page, "IsTruncated") == "true")


def list_multipart_uploads(calls: StoreCalls, prefix: str) -> Iterator[OpenUpload]:
    """The open uploads below ``prefix``, pages followed as they are needed.

    Asked for percent-encoded keys SeaweedFS says that they are and does not encode them.
    """
    query = (("uploads", ""), ("prefix", prefix))
    markers = {"key-marker": "NextKeyMarker", "upload-id-marker": "NextUploadIdMarker"}
    for page in _pages(calls, query, markers=markers):
        for found in children(page, "Upload"):
            yield OpenUpload(
                key=text(found, "Key"),
                upload_id=text(found, "UploadId"),
                initiated=_moment(text(found, "Initiated")),
            )


def _summary(found: ElementTree.Element, *, encoded: bool) -> ObjectSummary:
    key, size = text(found, "Key"), text(found, "Size")
    if not size.isdecimal():
        raise StoreUnavailable(log="GET list-type: an object without size")
    return ObjectSummary(
        key=unquote_plus(key) if encoded else key,
        size_bytes=int(size),
        last_modified=_moment(text(found, "LastModified")),
        etag=bare_etag(text(found, "ETag")),
    )


def _moment(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise StoreUnavailable(log="a listing without dates") from None


def _pages(
    calls: StoreCalls, query: tuple[tuple[str, str], ...], *, markers: dict[str, str]
) -> Iterator[ElementTree.Element]:
    """All pages of a listing; ``markers`` maps the parameters that lead on to the elements that give them."""
    place: tuple[tuple[str, str], ...] = ()
    while True:
        page = parse(calls.send(Call("GET", None, query=(*query, *place))).body)
        yield page
        if text(page, "IsTruncated") != "true":
            return
        seen = place
        given = ((parameter, text(page, element)) for parameter, element in markers.items())
        place = tuple((parameter, marker) for parameter, marker in given if marker)
        if place in (seen, ()):
            raise StoreUnavailable(log=f"GET {query[0][0]}: a page that does not go on")
