"""One gateway for all tests here: nginx and two processes behind it, beside the running server and over its data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stack.gateway import Gateway, run_gateway
from stack.server import RunningServer


@pytest.fixture(scope="package")
def gateway(running_server: RunningServer) -> Iterator[Gateway]:
    """Nobody meets a limit here, unless a test starts an nginx of its own."""
    with run_gateway(running_server, running_server.embedded.data.root / "nginx") as running:
        yield running
