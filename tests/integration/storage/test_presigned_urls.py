"""What a client can and cannot do with the URLs that it is given, on a real store."""

from __future__ import annotations

import base64
import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from mediadock.storage.errors import ObjectMissing
from mediadock.storage.presign import PartRange, Presigner

BODY = b"0123456789"


def sha256(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


@pytest.fixture
def presigner(store_config) -> Presigner:
    return Presigner(store_config)


def put_url(presigner: Presigner, key: str = "k", *, checksum: str | None = None, age_s: int = 0):
    return presigner.put_object(
        key,
        content_type="image/png",
        content_length=len(BODY),
        checksum_sha256=checksum,
        expires_s=60,
        now=datetime.now(UTC) - timedelta(seconds=age_s),
    )


@pytest.mark.parametrize("key", ["k", "with space/ü+~%41//x", "照片/😀'()*!.png"])
@pytest.mark.parametrize("checksum", [None, sha256(BODY)])
def test_the_promised_bytes_get_in(store, presigner, send, key, checksum):
    put = put_url(presigner, key, checksum=checksum)
    assert send("PUT", put.url, BODY, put.headers).status == 200
    [found] = store.list_objects("")
    head = store.head(found.key)
    assert (head.size_bytes, head.content_type) == (len(BODY), "image/png")


@pytest.mark.parametrize("body", [BODY[:-1], BODY + b"!", b"", BODY * 100_000])
def test_another_length_does_not_get_in(store, presigner, send, body):
    put = put_url(presigner)
    assert send("PUT", put.url, body, put.headers).status == 403
    assert_nothing_stored(store)


def test_a_body_without_length_does_not_get_in(store, presigner, send):
    put = put_url(presigner)
    chunked = put.headers | {"Transfer-Encoding": "chunked"}
    assert send("PUT", put.url, b"a\r\n0123456789\r\n0\r\n\r\n", chunked).status in (403, 411)
    assert_nothing_stored(store)


@pytest.mark.parametrize(
    "changes",
    [
        {"Content-Type": "text/html"},
        {"Content-Type": None},
        {"If-None-Match": None},
        {"If-None-Match": '"another"'},
        {"x-amz-checksum-sha256": None},
        {"x-amz-acl": "public-read"},
        {"x-amz-meta-sneaked": "in"},
        {"x-amz-tagging": "a=b"},
    ],
)
def test_other_headers_than_the_promised_do_not_get_in(store, presigner, send, changes):
    put = put_url(presigner, checksum=sha256(BODY))
    headers = {name: value for name, value in (put.headers | changes).items() if value is not None}
    assert send("PUT", put.url, BODY, headers).status == 403
    assert_nothing_stored(store)


def test_bytes_that_were_changed_on_the_way_do_not_get_in(store, presigner, send):
    put = put_url(presigner, checksum=sha256(BODY))
    reply = send("PUT", put.url, BODY[:-1] + b"8", put.headers)
    assert reply.status == 400
    assert b"BadDigest" in reply.body
    assert_nothing_stored(store)


def test_a_second_put_does_not_replace_the_first(store, presigner, send):
    put = put_url(presigner)
    assert send("PUT", put.url, BODY, put.headers).status == 200
    assert send("PUT", put.url, b"9876543210", put.headers).status == 412
    assert store.read_range("k", etag=store.head("k").etag, start=0, end=10) == BODY


def test_of_racing_puts_one_wins_and_keeps_its_bytes(store, presigner, send):
    put = put_url(presigner)
    start = threading.Barrier(16)

    def race(racer: int) -> tuple[int, bytes]:
        body = f"{racer:010}".encode()
        start.wait(timeout=30)
        return send("PUT", put.url, body, put.headers).status, body

    with ThreadPoolExecutor(16) as racers:
        results = list(racers.map(race, range(16)))
    assert sorted(status for status, _ in results) == [200] + [412] * 15
    [winner] = [body for status, body in results if status == 200]
    assert store.read_range("k", etag=store.head("k").etag, start=0, end=10) == winner


def test_an_expired_url_is_dead(store, presigner, send):
    put = put_url(presigner, age_s=61)
    reply = send("PUT", put.url, BODY, put.headers)
    assert reply.status == 403
    assert b"expired" in reply.body
    assert_nothing_stored(store)


def test_a_url_is_good_for_its_key_method_and_upload_only(store, presigner, send):
    put = put_url(presigner, "mine")
    assert send("PUT", put.url.replace("/mine?", "/yours?"), BODY, put.headers).status == 403
    assert send("GET", put.url, None, put.headers).status == 403
    assert send("DELETE", put.url, None, put.headers).status == 403
    upload_id = store.create_multipart("film", content_type="video/mp4")
    now = datetime.now(UTC)
    [part] = presigner.upload_parts("film", upload_id, [PartRange(1, 10)], expires_s=60, now=now)
    assert send("PUT", part.replace("partNumber=1", "partNumber=2"), BODY).status == 403
    another_id = upload_id[:-1] + ("1" if upload_id.endswith("0") else "0")
    assert send("PUT", part.replace(upload_id, another_id), BODY).status in (403, 404)
    assert send("PUT", part.replace("/film?", "/mine?"), BODY).status == 403
    assert store.list_parts("film", upload_id) == []
    store.abort_multipart("film", upload_id)


@pytest.mark.parametrize("body", [BODY[:-1], BODY + b"!"])
def test_a_part_of_another_length_does_not_get_in(store, presigner, send, body):
    upload_id = store.create_multipart("film", content_type="video/mp4")
    parts = [PartRange(1, len(BODY)), PartRange(2, 3)]
    first, _ = presigner.upload_parts("film", upload_id, parts, expires_s=60, now=datetime.now(UTC))
    assert send("PUT", first, body).status == 403
    assert store.list_parts("film", upload_id) == []
    assert send("PUT", first, BODY).status == 200
    assert [part.size_bytes for part in store.list_parts("film", upload_id)] == [len(BODY)]


def test_a_get_shows_the_type_that_we_say(store, presigner, send):
    store.put("k", b"<script>", content_type="text/html", size_bytes=8)
    url = presigner.get_object(
        "k",
        expires_s=60,
        now=datetime.now(UTC),
        content_type="application/octet-stream",
        content_disposition="attachment; filename*=UTF-8''%C3%BC.bin",
    )
    reply = send("GET", url)
    assert (reply.status, reply.body) == (200, b"<script>")
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%BC.bin"
    assert send("GET", url.replace("octet-stream", "xhtml")).status == 403


def test_without_a_url_nobody_reads_or_writes(store, store_config, send):
    store.put("k", BODY, content_type="text/plain", size_bytes=len(BODY))
    address = store_config.address(public=True)
    for method in ("GET", "PUT", "DELETE"):
        assert send(method, address.origin + address.path("k"), BODY if method == "PUT" else None).status == 403
    assert send("GET", address.origin + address.path(None)).status == 403
    assert store.head("k").size_bytes == len(BODY)


def assert_nothing_stored(store) -> None:
    with pytest.raises(ObjectMissing):
        store.head("k")
    assert list(store.list_objects("")) == []
