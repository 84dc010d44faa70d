"""The calls keep their word when the store or the line does not."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from integration.storage.conftest import LATE_S, QUICK
from integration.storage.fault_proxy import Answer, Cut, CutHead, Drip, Drop, Farewell, Fault, Pass, Relabel, Stall
from mediadock.core.errors import Unavailable
from mediadock.storage.errors import (
    ObjectMissing,
    PartsMismatch,
    SourceChanged,
    StoreRefused,
    StoreUnavailable,
    UploadMissing,
)
from mediadock.storage.presign import PartRange, Presigner
from mediadock.storage.s3 import ObjectStore
from mediadock.storage.shapes import CompletedPart

SLOW_DOWN = Answer(503, b"<Error><Code>SlowDown</Code><Message>Signature=secret</Message></Error>")
BROKEN = Answer(500, b"<Error><Code>InternalError</Code></Error>")
HIDDEN = Answer(200, b'<?xml version="1.0"?>\n<Error><Code>InternalError</Code></Error>')
FORGOTTEN = Answer(404, b"<Error><Code>NoSuchUpload</Code></Error>")
MANY = 50
PASSING_FAULTS = [
    SLOW_DOWN, BROKEN, Answer(502, b"<html>"), Drop(asked=False), Drop(asked=True), CutHead(3), CutHead(30),
]  # fmt: skip


def put(store: ObjectStore, key: str = "k", body: bytes = b"0123456789") -> str:
    return store.put(key, body, content_type="text/plain", size_bytes=len(body))


@pytest.mark.parametrize("fault", PASSING_FAULTS, ids=repr)
def test_every_call_outlives_a_passing_fault(store, shaky, proxy, fault):
    def after_fault(call):
        proxy.faults.append(fault)
        result = call()
        assert not proxy.faults
        return result

    etag = after_fault(lambda: put(shaky))
    assert after_fault(lambda: shaky.head("k")).etag == etag
    assert after_fault(lambda: shaky.read_range("k", etag=etag, start=2, end=5)) == b"234"
    after_fault(lambda: shaky.copy("k", "l", etag=etag, content_type="a/b", content_disposition=None, size_bytes=10))
    upload_id = after_fault(lambda: shaky.create_multipart("m", content_type="a/b"))
    assert after_fault(lambda: shaky.list_parts("m", upload_id)) == []
    after_fault(lambda: shaky.abort_multipart("m", upload_id))
    after_fault(lambda: shaky.delete(["k"]))
    after_fault(lambda: shaky.delete(["k", "l"]))
    after_fault(shaky.ping)
    assert list(store.list_objects("")) == []


@pytest.mark.parametrize("fault", [*PASSING_FAULTS, HIDDEN], ids=repr)
def test_completing_outlives_a_passing_fault_even_one_that_says_200(store, shaky, proxy, send, store_config, fault):
    upload_id, parts = one_part(store, store_config, send)
    proxy.faults.append(fault)
    assert store.head("m", etag=shaky.complete_multipart("m", upload_id, parts)).size_bytes == 1


def test_a_copy_in_parts_outlives_a_store_that_forgets_what_it_has_assembled(store, store_config, proxy):
    body = os.urandom(5 * 1024 * 1024 + 1)
    etag = put(store, "k", body)
    in_parts = replace(QUICK, single_bytes=1024, part_copy_bytes=5 * 1024 * 1024)
    shaky = ObjectStore(replace(store_config, endpoint_url=proxy.url), limits=in_parts)

    def copied(*at_the_end: Fault) -> str:
        proxy.faults.extend([Pass(), Pass(), Pass(), *at_the_end])  # the upload begins and has two parts
        return shaky.copy("k", "copy", etag=etag, content_type="a/b", content_disposition=None, size_bytes=len(body))

    with closing(shaky):
        with pytest.raises(UploadMissing):
            copied(FORGOTTEN)
        assert store.head("copy", etag=copied(Drop(asked=True), FORGOTTEN)).size_bytes == len(body)
    assert not proxy.faults


def test_a_refusal_that_says_200_is_a_refusal(store, shaky, proxy, send, store_config):
    upload_id, parts = one_part(store, store_config, send)
    for code, expected in (("InvalidPart", PartsMismatch), ("AccessDenied", StoreRefused)):
        proxy.faults.append(Answer(200, f"<Error><Code>{code}</Code></Error>".encode()))
        with pytest.raises(expected):
            shaky.complete_multipart("m", upload_id, parts)
    etag = put(store)
    proxy.faults.append(Answer(200, b"<Error><Code>PreconditionFailed</Code></Error>"))
    with pytest.raises(SourceChanged):
        shaky.copy("k", "l", etag=etag, content_type="a/b", content_disposition=None, size_bytes=10)


@pytest.mark.parametrize("body", [b"", b"<html>", b"<R/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_a_success_that_says_nothing_is_no_success(shaky, proxy, body):
    for call in (
        lambda: shaky.create_multipart("m", content_type="a/b"),
        lambda: shaky.complete_multipart("m", "u", [CompletedPart(1, "e")]),
        lambda: shaky.copy("k", "l", etag="e", content_type="a/b", content_disposition=None, size_bytes=10),
    ):
        proxy.faults.append(Answer(200, body))
        with pytest.raises(StoreUnavailable):
            call()


def test_a_store_that_stays_broken_is_given_up_soon_and_named(shaky, proxy):
    for fault in PASSING_FAULTS:
        proxy.faults.extend([fault] * MANY)
        with pytest.raises(StoreUnavailable) as given_up:
            shaky.create_multipart("m", content_type="a/b")
        assert MANY - len(proxy.faults) <= 2 * shaky.limits.attempts  # one more for each connection that was kept
        assert isinstance(given_up.value, Unavailable)
        assert given_up.value.retry_after_s
        assert "ignature" not in str(given_up.value)
        proxy.faults.clear()


def test_a_store_that_is_not_there_is_given_up_soon(store_config, shaky, proxy):
    proxy_gone = ObjectStore(shaky.config, limits=shaky.limits)
    proxy.stop_listening()
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        proxy_gone.head("k")
    assert time.monotonic() - began < LATE_S


@pytest.mark.parametrize("fault", [Stall(0), Stall(3), Cut(3), Cut(3, reset=True), Drip(0.5)], ids=repr)
def test_an_answer_that_does_not_end_is_asked_for_again(store, hasty, proxy, fault):
    etag = put(store, body=b"x" * 1000)
    upload_id = store.create_multipart("m", content_type="a/b")
    proxy.faults.append(fault)
    if not isinstance(fault, Drip):
        assert hasty.read_range("k", etag=etag, start=0, end=1000) == b"x" * 1000
        proxy.faults.append(fault)
    began = time.monotonic()
    try:
        assert hasty.list_parts("m", upload_id) == []
    except StoreUnavailable:
        assert isinstance(fault, Drip)
    assert time.monotonic() - began < hasty.limits.budget_s + LATE_S


def test_calls_one_after_another_share_one_connection(store, shaky, proxy):
    for number in range(3):
        etag = put(shaky, f"k{number}")
        shaky.head(f"k{number}")
        shaky.read_range(f"k{number}", etag=etag, start=0, end=3)
        with shaky.open_range(f"k{number}", etag=etag, start=1) as reader:
            assert reader.read(100) == b"123456789"
        with pytest.raises(ObjectMissing):
            shaky.head("missing")
        with pytest.raises(ObjectMissing):
            shaky.read_range("missing", etag=etag, start=0, end=3)
        upload_id = shaky.create_multipart("m", content_type="a/b")
        shaky.list_parts("m", upload_id)
        shaky.abort_multipart("m", upload_id)
        shaky.delete([f"k{number}"])
    assert proxy.connections == 1


def test_a_range_left_half_read_does_not_spoil_the_next_call(store, shaky, proxy):
    etag = put(store, body=b"x" * 5_000_000)
    for _ in range(3):
        with shaky.open_range("k", etag=etag) as reader:
            assert reader.read(10) == b"x" * 10
        assert shaky.head("k").size_bytes == 5_000_000


def test_a_kept_connection_that_the_store_has_closed_is_no_failure(store, shaky, proxy):
    put(store)
    for _ in range(3):
        proxy.faults.append(Farewell())
        shaky.head("k")
    assert len(proxy.requests) == 3


def test_only_the_pinned_version_and_range_are_believed(store, shaky, proxy):
    """A store that ignores If-Match or Range must not get its bytes past us."""
    etag = put(store)
    for lie, expected in (
        (Relabel({"Etag": '"another"'}), SourceChanged),
        (Relabel({"ETag": ""}), SourceChanged),
    ):
        proxy.faults.append(lie)
        with pytest.raises(expected), shaky.open_range("k", etag=etag, start=2, end=5):
            pass
    for headers in ({"ETag": f'"{etag}"'}, {"ETag": f'"{etag}"', "Content-Range": "bytes 0-9/10"}):
        status = 206 if "Content-Range" in headers else 200
        proxy.faults.append(Answer(status, b"0123456789", headers))
        with pytest.raises(StoreUnavailable), shaky.open_range("k", etag=etag, start=2, end=5):
            pass


def test_a_child_process_has_connections_of_its_own(store, shaky, proxy):
    etags = {key: put(store, key, key.encode() * 1000) for key in ("parent", "child")}
    shaky.ping()

    def read_many(key: str) -> bool:
        expected = key.encode() * 1000
        return all(shaky.read_range(key, etag=etags[key], start=0, end=len(expected)) == expected for _ in range(50))

    pid = os.fork()
    if pid == 0:
        good = False
        try:
            good = read_many("child")
        finally:
            os._exit(0 if good else 1)
    assert read_many("parent")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert proxy.connections == 2


def test_many_threads_outlive_a_bad_minute(store, shaky, proxy):
    etag = put(store)
    proxy.faults.extend([SLOW_DOWN, Drop(asked=True), Cut(3), BROKEN] * 4)
    start = threading.Barrier(8)

    def read(_: int) -> None:
        start.wait(timeout=30)
        for _ in range(5):
            try:
                assert shaky.read_range("k", etag=etag, start=0, end=10) == b"0123456789"
            except StoreUnavailable:
                continue

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(read, range(8)))
    assert shaky.read_range("k", etag=etag, start=0, end=10) == b"0123456789"


def one_part(store, store_config, send):

    upload_id = store.create_multipart("m", content_type="a/b")
    [url] = Presigner(store_config).upload_parts("m", upload_id, [PartRange(1, 1)], expires_s=60, now=datetime.now(UTC))
    return upload_id, [CompletedPart(number=1, etag=send("PUT", url, b"x").headers["etag"])]


def test_a_size_whose_last_digit_was_cut_off_is_not_believed(shaky, proxy):
    put(shaky)
    proxy.faults.append(CutHead(3))
    assert shaky.head("k").size_bytes == 10
