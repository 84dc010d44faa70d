"""One system that tests break, shared by all of them: each puts back what it broke."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest

from mediadock.local.family import is_gone
from stack.breakable import BreakableServer, breakable_server
from stack.client import Api
from stack.server import WORKERS


@pytest.fixture(scope="package")
def server() -> Iterator[BreakableServer]:
    """Everything runs but the workers and the sweeper, which each test starts as it needs them."""
    with breakable_server(without=(*WORKERS, "sweeper")) as server:
        yield server


@pytest.fixture(autouse=True)
def only_what_is_shared_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test started for itself goes with it, and says why if it died of itself."""
    yield
    if "server" not in request.fixturenames:
        return
    server: BreakableServer = request.getfixturevalue("server")
    for name in server.supervisor.running:
        if has_died(server.supervisor.pid(name)):
            print(f"{name} had died:\n{server.supervisor.last_lines(name)}")
    server.stop(*(name for name in server.supervisor.running if name not in server.programs))


@pytest.fixture
def sender(server: BreakableServer) -> Api:
    """Somebody who sends."""
    return server.api_as_somebody()


@pytest.fixture
def receiver(server: BreakableServer) -> Api:
    """Somebody who receives."""
    return server.api_as_somebody()


def has_died(pid: int) -> bool:
    """Whether the program has ended."""
    try:
        return is_gone(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return True
