"""Two people, and the workers that must outlive what one of them sends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hostile.doors.watched import WatchedWorker
from mediadock.processing.limits import GIB
from stack.client import Api
from stack.server import WORKERS, RunningServer
from stack.waiting import eventually

POOLS = 2 * 2


@pytest.fixture
def sender(running_server: RunningServer) -> Api:
    """Somebody who sends."""
    return running_server.api_as_somebody()


@pytest.fixture
def receiver(running_server: RunningServer) -> Api:
    """Somebody who receives."""
    return running_server.api_as_somebody()


@pytest.fixture(scope="module", autouse=True)
def worker(running_server: RunningServer) -> Iterator[WatchedWorker]:
    """Whatever is sent, the same processes are there at the end and no child has grown beyond a gibibyte."""
    worker = WatchedWorker(running_server)
    eventually(lambda: len(worker.pool()) == len(WORKERS) + POOLS)
    before = worker.pool()
    with worker.watching():
        yield worker
    print(f"measured: the largest decoder held {worker.peak_child_bytes / 2**20:.0f} MiB")
    assert worker.pool() == before
    assert worker.peak_child_bytes < GIB
