"""Whole objects on a real store."""

from __future__ import annotations

import io
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import md5

import pytest

from mediadock.core.errors import Unavailable
from mediadock.storage.calls import CallLimits
from mediadock.storage.errors import ObjectMissing, SourceChanged, StoreRefused
from mediadock.storage.s3 import ObjectStore

ODD_KEYS = [
    " leading space",
    "trailing space ",
    "plain",
    "with space/a+b~c",
    "ünï/照片/😀.png",
    "per%cent%41",
    "q'\"()!*,;:@&=$#[]{}|^`",
    "..a/b..",
    "<&>",
]


def put(store: ObjectStore, key: str, body: bytes = b"0123456789", **headers: str) -> str:
    return store.put(key, body, content_type="text/plain", size_bytes=len(body), **headers)


def test_what_is_put_is_there(store, send):
    etag = put(store, "a/b.txt", b"hello", cache_control="max-age=60", content_disposition='attachment; filename="x"')
    assert etag == md5(b"hello", usedforsecurity=False).hexdigest()
    head = store.head("a/b.txt")
    assert (head.size_bytes, head.etag, head.content_type) == (5, etag, "text/plain")
    assert abs(head.last_modified - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("key", ODD_KEYS)
def test_odd_keys_name_what_they_name(store, key):
    etag = put(store, key, key.encode())
    assert store.read_range(key, etag=etag, start=0, end=1000) == key.encode()
    assert [found.key for found in store.list_objects("")] == [key]
    copied = store.copy(
        key, f"copies/{key}", etag=etag, content_type="a/b", content_disposition=None, size_bytes=len(key.encode())
    )
    assert store.head(f"copies/{key}").etag == copied
    store.delete([key, f"copies/{key}"])
    assert list(store.list_objects("")) == []


def test_a_file_is_put_from_its_beginning(store):
    body = io.BytesIO(b"0123456789")
    body.seek(7)
    etag = store.put("k", body, content_type="a/b", size_bytes=10)
    assert store.read_range("k", etag=etag, start=0, end=10) == b"0123456789"


def test_an_empty_object_is_an_object(store):
    etag = put(store, "k", b"")
    assert store.head("k").size_bytes == 0
    assert store.read_range("k", etag=etag, start=0, end=0) == b""
    with store.open_range("k", etag=etag) as reader:
        assert reader.read(10) == b""


@pytest.mark.parametrize("body", [b"123", io.BytesIO(b"123")])
def test_a_body_of_another_size_is_not_put(store, body):
    with pytest.raises(ValueError, match="3 bytes, not 4"):
        store.put("k", body, content_type="a/b", size_bytes=4)
    with pytest.raises(ObjectMissing):
        store.head("k")


def test_what_one_put_cannot_take_goes_in_parts(store_config):
    body = random.Random(1).randbytes(70 * 1024 * 1024)
    store = ObjectStore(store_config, limits=CallLimits(single_bytes=1024))
    etag = store.put("k", io.BytesIO(body), content_type="video/mp4", size_bytes=len(body))
    assert etag.endswith("-2")
    assert store.head("k").content_type == "video/mp4"
    with store.open_range("k", etag=etag) as reader:
        assert b"".join(iter(lambda: reader.read(1 << 20), b"")) == body
    with pytest.raises(ValueError, match="not 2000"):
        store.put("short", io.BytesIO(b"x" * 1999), content_type="a/b", size_bytes=2000)
    assert list(store.list_multipart_uploads("")) == []


def test_what_is_not_there_is_missing(store):
    with pytest.raises(ObjectMissing):
        store.head("k")
    with pytest.raises(ObjectMissing):
        store.read_range("k", etag="e", start=0, end=1)
    with pytest.raises(ObjectMissing):
        store.copy("k", "l", etag="e", content_type="a/b", content_disposition=None, size_bytes=1)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, 10, b"0123456789"), (0, 1, b"0"), (9, 10, b"9"), (3, 7, b"3456"), (5, 99, b"56789"), (4, 4, b"")],
)
def test_a_range_is_half_open_and_ends_with_the_object(store, start, end, expected):
    etag = put(store, "k")
    assert store.read_range("k", etag=etag, start=start, end=end) == expected


def test_an_open_range_gives_all_its_bytes_in_any_portions(store):
    body = random.Random(2).randbytes(3_000_001)
    etag = put(store, "k", body)
    with store.open_range("k", etag=etag, start=1_000) as reader:
        assert reader.size_bytes == len(body) - 1_000
        blocks = [reader.read(size) for size in (1, 2, 70_000)]
        blocks += iter(lambda: reader.read(65_536), b"")
    assert b"".join(blocks) == body[1_000:]


def test_only_the_pinned_version_is_read_or_copied(store):
    old = put(store, "k", b"first")
    new = put(store, "k", b"other")
    assert store.head("k", etag=new).size_bytes == 5
    with pytest.raises(SourceChanged):
        store.head("k", etag=old)
    with pytest.raises(SourceChanged):
        store.read_range("k", etag=old, start=0, end=5)
    with pytest.raises(SourceChanged), store.open_range("k", etag=old):
        pass
    with pytest.raises(SourceChanged):
        store.copy("k", "stolen", etag=old, content_type="a/b", content_disposition=None, size_bytes=5)
    with pytest.raises(ObjectMissing):
        store.head("stolen")


def test_a_copy_has_our_metadata_and_not_the_sources(store, send):
    etag = put(store, "k", b"<script>", content_disposition="inline")
    store.copy(
        "k",
        "copy",
        etag=etag,
        content_type="application/octet-stream",
        content_disposition='attachment; filename="x"',
        size_bytes=8,
    )
    assert store.head("copy").content_type == "application/octet-stream"


def test_what_one_copy_cannot_take_is_copied_in_parts(store, store_config):
    body = random.Random(3).randbytes(12 * 1024 * 1024 + 1)
    etag = put(store, "k", body)
    limits = CallLimits(single_bytes=1024, part_copy_bytes=5 * 1024 * 1024)
    in_parts = ObjectStore(store_config, limits=limits)
    copied = in_parts.copy(
        "k", "copy", etag=etag, content_type="video/mp4", content_disposition="attachment", size_bytes=len(body)
    )
    assert copied.endswith("-3")
    assert store.head("copy").content_type == "video/mp4"
    assert store.read_range("copy", etag=copied, start=0, end=len(body)) == body
    with pytest.raises(SourceChanged):
        in_parts.copy("k", "no", etag="e", content_type="a/b", content_disposition=None, size_bytes=len(body))
    assert list(store.list_multipart_uploads("")) == []


def test_deleting_twice_is_deleting_once(store):
    for key in ("a", "b", "c"):
        put(store, key)
    store.delete([])
    store.delete(["a"])
    store.delete(["a"])
    store.delete(["b", "c", "never"])
    store.delete(["b", "c", "never"])
    assert list(store.list_objects("")) == []


def test_more_than_a_thousand_objects_go_in_one_call_of_ours(store):
    keys = [f"many/{number:04}" for number in range(1_003)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda key: put(store, key, b"x"), keys))
    assert [found.key for found in store.list_objects("many/")] == keys  # two pages
    store.delete(keys)
    assert list(store.list_objects("many/")) == []


def test_a_store_that_does_not_believe_us_says_so_without_our_signature(store_config):
    for wrong in (replace(store_config, secret_key="wrong"), replace(store_config, access_key="nobody")):
        store = ObjectStore(wrong)
        for call in (
            store.ping,
            lambda store=store: store.head("k"),
            lambda store=store: put(store, "k"),
            lambda store=store: store.create_multipart("k", content_type="a/b"),
            lambda store=store: list(store.list_objects("")),
        ):
            with pytest.raises(StoreRefused) as refused:
                call()
            assert isinstance(refused.value, Unavailable)
            for face in (str(refused.value), refused.value.detail, refused.value.log):
                assert "ignature=" not in face
                assert "127.0.0.1" not in face
                assert "AWS4" not in face


def test_a_bucket_that_is_not_there_is_a_refusal(store_config):
    with pytest.raises(StoreRefused):
        ObjectStore(replace(store_config, bucket="no-such-bucket")).ping()


def test_many_threads_share_one_store(store):
    etags = {f"k{number}": put(store, f"k{number}", f"body of {number}".encode()) for number in range(16)}
    start = threading.Barrier(16)

    def read(number: int) -> None:
        start.wait(timeout=30)
        for _ in range(25):
            body = store.read_range(f"k{number}", etag=etags[f"k{number}"], start=0, end=100)
            assert body == f"body of {number}".encode()

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(read, range(16)))
