"""A pinned source gives the right bytes or an error, whatever the line does."""

from __future__ import annotations

import random
import time
from hashlib import sha256

import pytest

from integration.storage.conftest import LATE_S
from integration.storage.fault_proxy import Answer, Cut, Drip, Drop, Stall
from mediadock.storage.errors import DeadlinePassed, ObjectMissing, SourceChanged, StoreRefused, StoreUnavailable
from mediadock.storage.pinned import PinnedObject

BODY = random.Random(7).randbytes(2_000_003)
SLOW_DOWN = Answer(503, b"<Error><Code>SlowDown</Code></Error>")


@pytest.fixture
def etag(store) -> str:
    return store.put("k", BODY, content_type="a/b", size_bytes=len(BODY))


@pytest.fixture
def pinned(shaky, etag) -> PinnedObject:
    return PinnedObject(shaky, "k", etag=etag, size_bytes=len(BODY))


def test_all_bytes_come_and_are_counted(pinned):
    digest = sha256()
    for block in pinned.chunks():
        assert 0 < len(block) <= 256 * 1024
        digest.update(block)
    assert digest.digest() == sha256(BODY).digest()
    assert pinned.bytes_read == len(BODY)


@pytest.mark.parametrize(
    ("offset", "length", "expected"),
    [
        (0, 1, BODY[:1]),
        (0, len(BODY), BODY),
        (0, len(BODY) + 9, BODY),
        (len(BODY) - 1, 9, BODY[-1:]),
        (len(BODY), 9, b""),
        (len(BODY) + 9, 9, b""),
        (500_000, 1_000_000, BODY[500_000:1_500_000]),
        (5, 0, b""),
    ],
)
def test_reading_is_as_from_a_file(pinned, offset, length, expected):
    assert pinned.read(offset, length) == expected
    assert pinned.bytes_read == len(expected)


def test_a_negative_offset_is_refused(pinned):
    with pytest.raises(ValueError, match="negative"):
        pinned.read(-1, 1)


@pytest.mark.parametrize("fault", [Cut(700_000), Cut(700_000, reset=True), Stall(700_000)], ids=repr)
def test_a_cut_goes_on_where_it_was_cut(hasty, etag, proxy, fault):
    pinned = PinnedObject(hasty, "k", etag=etag, size_bytes=len(BODY))
    proxy.faults.append(fault)
    assert b"".join(pinned.chunks()) == BODY
    assert pinned.bytes_read == len(BODY)
    [first, second] = proxy.ranges
    assert first == f"bytes=0-{len(BODY) - 1}"
    assert second.startswith("bytes=7") or fault == Cut(700_000, reset=True)
    assert second.endswith(f"-{len(BODY) - 1}")


@pytest.mark.parametrize("fault", [SLOW_DOWN, Answer(500), Drop(asked=False), Drop(asked=True), Cut(0)], ids=repr)
def test_a_passing_fault_is_not_noticed(pinned, proxy, fault):
    proxy.faults.extend([fault] * 4)
    assert pinned.read(100, 1000) == BODY[100:1100]


def test_many_cuts_are_outlived_as_long_as_bytes_come(pinned, proxy):
    proxy.faults.extend([Cut(100_000)] * 15)
    assert b"".join(pinned.chunks()) == BODY
    assert pinned.bytes_read == len(BODY)


def test_a_store_that_gives_no_more_bytes_is_given_up(pinned, proxy):
    proxy.faults.append(Cut(100_000))
    proxy.faults.extend([SLOW_DOWN] * 20)
    with pytest.raises(StoreUnavailable):
        b"".join(pinned.chunks())
    assert len(proxy.requests) <= 8


def test_the_deadline_ends_a_source_that_drips(shaky, etag, proxy):
    proxy.faults.append(Drip(0.2))
    began = time.monotonic()
    slow = PinnedObject(shaky, "k", etag=etag, size_bytes=len(BODY), deadline_s=3)
    with pytest.raises(DeadlinePassed):
        b"".join(slow.chunks())
    assert 3 <= time.monotonic() - began < 3 + LATE_S
    assert 0 < slow.bytes_read < 100


def test_the_deadline_ends_a_source_that_stalls(hasty, etag, proxy):
    stalled = PinnedObject(hasty, "k", etag=etag, size_bytes=len(BODY), deadline_s=1.5)
    proxy.faults.extend([Stall(0)] * 9)
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        stalled.read(0, 10)
    assert time.monotonic() - began < LATE_S


def test_a_changed_source_is_told_apart_at_once(store, pinned, proxy):
    assert pinned.read(0, 10) == BODY[:10]
    store.put("k", BODY[::-1], content_type="a/b", size_bytes=len(BODY))
    with pytest.raises(SourceChanged):
        pinned.read(0, 10)
    assert len(proxy.requests) == 2


def test_a_source_that_changes_while_it_is_read_is_not_mixed(store, pinned, proxy):
    proxy.faults.append(Cut(700_000))
    blocks = pinned.chunks()
    first = next(blocks)
    store.put("k", BODY[::-1], content_type="a/b", size_bytes=len(BODY))
    with pytest.raises(SourceChanged):
        first += b"".join(blocks)
    assert BODY.startswith(first)


def test_a_source_that_is_deleted_is_missing(store, pinned):
    store.delete(["k"])
    with pytest.raises(ObjectMissing):
        pinned.read(0, 10)


def test_a_refusal_is_not_tried_again(pinned, proxy):
    proxy.faults.append(Answer(403, b"<Error><Code>AccessDenied</Code></Error>"))
    with pytest.raises(StoreRefused):
        pinned.read(0, 10)
    assert len(proxy.requests) == 1


def test_a_source_that_is_shorter_than_said_is_never_silently_short(shaky, etag):
    longer = PinnedObject(shaky, "k", etag=etag, size_bytes=len(BODY) + 1)
    with pytest.raises(StoreUnavailable):
        b"".join(longer.chunks())


def test_a_reader_that_stops_early_leaves_the_store_usable(pinned, proxy):
    for _ in range(3):
        blocks = pinned.chunks()
        next(blocks)
        blocks.close()
    assert pinned.read(0, 10) == BODY[:10]
