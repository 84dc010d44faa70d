"""One large installation, shared by the tests of this folder: each puts back what it broke."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stack.client import Api
from stack.large import LargeServer, large_server


@pytest.fixture(scope="package")
def server() -> Iterator[LargeServer]:
    """RabbitMQ, a cluster of SeaweedFS, and Mediadock with keys of least rights."""
    with large_server() as server:
        yield server


@pytest.fixture
def sender(server: LargeServer) -> Api:
    """Somebody who sends."""
    return server.api_as_somebody()


@pytest.fixture
def receiver(server: LargeServer) -> Api:
    """Somebody who receives."""
    return server.api_as_somebody()
