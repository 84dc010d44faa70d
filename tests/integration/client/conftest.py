from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from integration.client.samples import Person
from integration.client.terminal import Shell
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


@pytest.fixture
def shell(running_server: RunningServer, sender: Person, tmp_path: Path) -> Shell:
    """Logged in as the sender."""
    file = tmp_path / "config" / "mediadock" / "credentials.json"
    file.parent.mkdir(parents=True)
    who = {"server": running_server.url, "username": sender.name, "user_id": sender.user_id}
    file.write_text(json.dumps(who | {"access": sender.token, "refresh": None}))
    return Shell(tmp_path, {})


def _somebody(running_server: RunningServer) -> Person:
    name = f"user-{uuid4().hex[:10]}"
    api = running_server.api_as(name)
    assert api.user_id is not None
    assert api.token is not None
    return Person(name, api.user_id, api.token)
