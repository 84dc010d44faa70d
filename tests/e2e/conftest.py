"""Two people of a running system, whom no other test has met."""

from __future__ import annotations

import pytest

from stack.client import Api
from stack.server import RunningServer


@pytest.fixture
def alice(running_server: RunningServer) -> Api:
    """Who sends."""
    return running_server.api_as_somebody()


@pytest.fixture
def bob(running_server: RunningServer) -> Api:
    """Who receives."""
    return running_server.api_as_somebody()
