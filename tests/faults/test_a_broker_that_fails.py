"""Redis is emptied, killed, stalled and away: hints are lost, uploads are not."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
import redis

from faults.oracle import assert_done_once, assert_ledger_settled, assert_no_gaps, assert_published_once
from faults.pictures import quick_jpeg
from stack.breakable import BreakableServer
from stack.client import Api
from stack.sending import Upload, prepare, send
from stack.waiting import eventually

JOBS = 50
STALL_S = 10.0
GONE_S = 3.0
DOWN_S = float(os.environ.get("MEDIADOCK_REDIS_DOWN_S", "12"))
"""Seconds without a Redis while everything else runs: longer than anybody takes to connect (2 s, the workers 5 s), than
a round of the sweeper (5 s) and than what waits is left without another hint (10 s)."""

MOST_WHILE_DOWN = 120
"""Uploads; a page of events holds what is told of more."""

T = TypeVar("T")


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["emptied", "killed"])
def test_fifty_queued_jobs_survive_a_redis_that_is(
    fault: str, server: BreakableServer, sender: Api, receiver: Api
) -> None:
    uploads = send_pictures(sender, receiver, count=JOBS)
    eventually(lambda: broker(server).llen("image") == JOBS, within_s=20.0)
    if fault == "emptied":
        broker(server).flushall()
    else:
        server.kill("redis")
        server.start("redis")
    began = time.monotonic()
    server.start_worker("first")
    for upload in uploads:
        upload.settled(within_s=90.0)
    print(f"measured: all_done_s = {time.monotonic() - began:.1f}")

    assert_done_once(uploads, sender, receiver)
    assert_published_once(server, uploads)
    assert_ledger_settled(server, sender, used_bytes=JOBS * len(quick_jpeg()))
    assert_no_gaps(sender, receiver)


@pytest.mark.slow
def test_a_redis_that_is_emptied_and_killed_while_workers_run_delays_and_loses_nothing(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    server.start_worker("first")
    send(sender, receiver, quick_jpeg(), name="before.jpg", content_type="image/jpeg").settled()
    uploads = send_pictures(sender, receiver, count=20)
    broker(server).flushall()
    server.kill("redis")
    server.start("redis")
    for upload in uploads:
        upload.settled(within_s=90.0)

    assert_done_once(uploads, sender, receiver)
    assert_no_gaps(sender, receiver)


@pytest.mark.slow
def test_requests_stay_quick_while_redis_is_stalled_and_while_it_is_gone(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    server.freeze("redis")
    try:
        uploads = keep_sending(sender, receiver, for_s=STALL_S)
    finally:
        server.thaw("redis")
    server.kill("redis")
    uploads += keep_sending(sender, receiver, for_s=GONE_S)
    server.stop("relay")
    server.start("redis")
    server.start("relay")
    server.start_worker("first")

    for upload in uploads:
        upload.settled()
    assert_done_once(uploads, sender, receiver)


@pytest.mark.slow
@pytest.mark.timeout(300 + 4 * DOWN_S)
def test_uploads_are_taken_while_redis_is_down_and_processed_once_it_is_back(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    server.start_worker("first")
    send(sender, receiver, quick_jpeg(), name="before.jpg", content_type="image/jpeg").settled()
    server.kill("redis")
    uploads = keep_sending(sender, receiver, for_s=DOWN_S, every_s=max(0.2, DOWN_S / MOST_WHILE_DOWN))
    server.start("redis")
    began = time.monotonic()
    for upload in uploads:
        upload.settled(within_s=120.0)
    print(f"measured: all {len(uploads)} ready {time.monotonic() - began:.1f} s after {DOWN_S:.0f} s without Redis")

    assert_done_once(uploads, sender, receiver)
    assert_published_once(server, uploads)
    assert_no_gaps(sender, receiver)


def keep_sending(sender: Api, receiver: Api, *, for_s: float, every_s: float = 0.2) -> list[Upload]:
    """Pictures one after another, ``every_s`` apart; each call is answered within a second."""
    uploads: list[Upload] = []
    slowest_s = 0.0
    began = time.monotonic()
    while time.monotonic() - began < for_s:
        upload, prepare_s = timed(
            lambda: prepare(sender, receiver, quick_jpeg(), name="a.jpg", content_type="image/jpeg")
        )
        upload.put(quick_jpeg())
        answer, complete_s = timed(upload.complete)
        assert answer.status == 202, answer.body
        slowest_s = max(slowest_s, prepare_s, complete_s)
        uploads.append(upload)
        time.sleep(every_s)
    print(f"measured: slowest of {2 * len(uploads)} requests {slowest_s:.3f} s")
    assert slowest_s < 1.0
    return uploads


def send_pictures(sender: Api, receiver: Api, *, count: int) -> list[Upload]:
    """So many pictures, sent by eight hands at once."""
    with ThreadPoolExecutor(8) as hands:
        sent = [
            hands.submit(send, sender, receiver, quick_jpeg(), name=f"{number}.jpg", content_type="image/jpeg")
            for number in range(count)
        ]
        return [one.result() for one in sent]


def broker(server: BreakableServer) -> redis.Redis:
    return redis.Redis.from_url(server.embedded.stack.redis.url)


def timed(run: Callable[[], T]) -> tuple[T, float]:
    """What ``run`` gave, and the seconds that it took."""
    began = time.monotonic()
    return run(), time.monotonic() - began
