"""One system that tests break, shared by all of them: each puts back what it broke."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stack.breakable import BreakableServer, breakable_server
from stack.client import Api
from stack.server import WORKERS


@pytest.fixture(scope="session")
def server() -> Iterator[BreakableServer]:
    """Everything runs but the workers, which each test starts as it needs them."""
    with breakable_server(without=WORKERS) as server:
        yield server


@pytest.fixture(autouse=True)
def only_what_is_shared_is_left(server: BreakableServer) -> Iterator[None]:
    """What a test started for itself goes with it."""
    yield
    server.stop(*(name for name in server.supervisor.running if name not in server.programs))


@pytest.fixture
def sender(server: BreakableServer) -> Api:
    """Somebody who sends."""
    return server.api_as_somebody()


@pytest.fixture
def receiver(server: BreakableServer) -> Api:
    """Somebody who receives."""
    return server.api_as_somebody()
