from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from integration.client.samples import Person
from mediadock.client import Client
from stack.server import RunningServer


@pytest.fixture
def sender(running_server: RunningServer) -> Person:
    return _somebody(running_server)


@pytest.fixture
def receiver(running_server: RunningServer) -> Person:
    return _somebody(running_server)


@pytest.fixture
def client(running_server: RunningServer, sender: Person, tmp_path: Path) -> Iterator[Client]:
    """The sender's."""
    with Client(running_server.url, sender.token, state_folder=tmp_path / "state") as client:
        yield client


def _somebody(running_server: RunningServer) -> Person:
    name = f"user-{uuid4().hex[:10]}"
    api = running_server.api_as(name)
    assert api.user_id is not None
    assert api.token is not None
    return Person(name, api.user_id, api.token)
