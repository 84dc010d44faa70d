"""Multipart uploads on a real store."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from mediadock.storage.errors import ObjectMissing, PartsMismatch, UploadMissing
from mediadock.storage.presign import PartRange, Presigner
from mediadock.storage.shapes import CompletedPart

MIB = 1024 * 1024
KEY = "incoming/film ü.mp4"


@pytest.fixture
def upload(store, store_config, send):
    """Begin an upload and bring in parts, given as number and body; returns its id and what to complete with."""

    def upload(parts: Sequence[tuple[int, bytes]], key: str = KEY) -> tuple[str, list[CompletedPart]]:
        upload_id = store.create_multipart(key, content_type="video/mp4")
        ranges = [PartRange(number, len(body)) for number, body in parts]
        urls = Presigner(store_config).upload_parts(key, upload_id, ranges, expires_s=600, now=datetime.now(UTC))

        def bring(item: tuple[str, tuple[int, bytes]]) -> CompletedPart:
            url, (number, body) = item
            reply = send("PUT", url, body)
            assert reply.status == 200
            return CompletedPart(number=number, etag=reply.headers["etag"])

        with ThreadPoolExecutor(4) as threads:
            return upload_id, list(threads.map(bring, zip(urls, parts, strict=True)))

    return upload


def test_parts_become_the_object_in_their_order_however_they_are_named(store, upload):
    upload_id, parts = upload([(1, b"a" * 5 * MIB), (2, b"b" * 5 * MIB), (3, b"c")])
    assert [(part.number, part.size_bytes) for part in store.list_parts(KEY, upload_id)] == [
        (1, 5 * MIB),
        (2, 5 * MIB),
        (3, 1),
    ]
    etag = store.complete_multipart(KEY, upload_id, parts[::-1])
    head = store.head(KEY, etag=etag)
    assert (head.size_bytes, head.content_type, head.etag) == (10 * MIB + 1, "video/mp4", etag)
    assert store.read_range(KEY, etag=etag, start=5 * MIB - 1, end=5 * MIB + 1) == b"ab"
    assert store.read_range(KEY, etag=etag, start=10 * MIB - 1, end=10 * MIB + 1) == b"bc"


def test_what_the_store_lists_completes_the_upload(store, upload):
    upload_id, _ = upload([(1, b"a" * 5 * MIB), (2, b"b")])
    parts = [CompletedPart(number=part.number, etag=part.etag) for part in store.list_parts(KEY, upload_id)]
    assert store.head(KEY, etag=store.complete_multipart(KEY, upload_id, parts)).size_bytes == 5 * MIB + 1


def test_completing_twice_has_the_same_answer(store, upload):
    upload_id, parts = upload([(1, b"a")])
    assert store.complete_multipart(KEY, upload_id, parts) == store.complete_multipart(KEY, upload_id, parts)


def test_a_mismatch_leaves_the_upload_usable(store, upload):
    upload_id, parts = upload([(1, b"a" * 5 * MIB), (2, b"b")])
    wrong_etag = [parts[0], CompletedPart(number=2, etag="0" * 32)]
    not_there = [*parts, CompletedPart(number=3, etag=parts[0].etag)]
    odd_etag = [CompletedPart(number=1, etag='"<&>')]
    for named in (wrong_etag, not_there, odd_etag):
        with pytest.raises(PartsMismatch):
            store.complete_multipart(KEY, upload_id, named)
        with pytest.raises(ObjectMissing):
            store.head(KEY)
    store.complete_multipart(KEY, upload_id, parts)


def test_a_small_part_that_is_not_the_last_is_a_mismatch(store, upload):
    upload_id, parts = upload([(1, b"a" * (5 * MIB - 1)), (2, b"b")])
    with pytest.raises(PartsMismatch):
        store.complete_multipart(KEY, upload_id, parts)


def test_a_part_sent_again_replaces_the_first(store, upload, store_config, send):
    upload_id, _ = upload([(1, b"old"), (2, b"last")])
    time.sleep(1.1)  # listings know whole seconds
    [url] = Presigner(store_config).upload_parts(KEY, upload_id, [PartRange(1, 4)], expires_s=60, now=datetime.now(UTC))
    anew = send("PUT", url, b"anew").headers["etag"].strip('"')
    assert [(part.number, part.size_bytes) for part in store.list_parts(KEY, upload_id)] == [(1, 4), (2, 4)]
    etag = store.complete_multipart(KEY, upload_id, [CompletedPart(number=1, etag=anew)])
    assert store.read_range(KEY, etag=etag, start=0, end=100) == b"anew"


def test_an_aborted_upload_is_gone_and_stays_gone(store, upload):
    upload_id, parts = upload([(1, b"a")])
    store.abort_multipart(KEY, upload_id)
    store.abort_multipart(KEY, upload_id)
    with pytest.raises(UploadMissing):
        store.list_parts(KEY, upload_id)
    with pytest.raises(UploadMissing):
        store.complete_multipart(KEY, upload_id, parts)
    assert list(store.list_multipart_uploads("")) == []


def test_an_upload_that_never_was_is_missing_and_aborted(store):
    with pytest.raises(UploadMissing):
        store.list_parts(KEY, "no-such-upload")
    with pytest.raises(UploadMissing):
        store.complete_multipart(KEY, "no-such-upload", [CompletedPart(1, "e")])
    store.abort_multipart(KEY, "no-such-upload")


def test_an_upload_without_parts_has_an_empty_list(store):
    assert store.list_parts(KEY, store.create_multipart(KEY, content_type="a/b")) == []


def test_a_thousand_and_three_parts_come_in_two_pages(store, shaky, proxy, upload):
    numbers = [*range(1, 1_003), 9_999]
    upload_id, _ = upload([(number, b"x" * (number % 7 + 1)) for number in numbers])
    found = shaky.list_parts(KEY, upload_id)
    assert [part.number for part in found] == numbers
    assert [part.size_bytes for part in found] == [number % 7 + 1 for number in numbers]
    assert len(proxy.requests) == 2
    store.abort_multipart(KEY, upload_id)


def test_open_uploads_are_listed_below_a_prefix_until_they_end(store, upload):
    began = datetime.now(UTC) - timedelta(minutes=1)
    kept, _ = upload([(1, b"a")], "incoming/a b/ü")
    also, parts = upload([(1, b"a")], "incoming/c")
    upload([(1, b"a")], "elsewhere/d")
    listed = list(store.list_multipart_uploads("incoming/"))
    assert {(found.key, found.upload_id) for found in listed} == {("incoming/a b/ü", kept), ("incoming/c", also)}
    assert all(found.initiated > began for found in listed)
    store.complete_multipart("incoming/c", also, parts)
    assert [found.upload_id for found in store.list_multipart_uploads("incoming/")] == [kept]
