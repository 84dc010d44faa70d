"""A socket process of our own over the in-process database, so that tests write events and look at what arrives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from integration.realtime.realtime_client import ORIGIN, Person, SocketServer, socket_program
from mediadock.local.ports import free_port
from mediadock.local.redis import Redis
from mediadock.local.supervisor import Supervisor
from stack.embedded import Embedded

_user_ids = count(1_000_000)


@contextmanager
def socket_server(
    stack: Embedded, supervisor: Supervisor, *, redis_url: str, **settings: str
) -> Iterator[SocketServer]:
    """One process on a free port, with further ``MEDIADOCK_…`` settings."""
    environment = (
        stack.in_process_environment
        | settings
        | {
            "MEDIADOCK_REDIS_URL": redis_url,
            "MEDIADOCK_ALLOWED_ORIGINS": ORIGIN,
        }
    )
    server = SocketServer(port=free_port(), redis_url=redis_url, supervisor=supervisor)
    supervisor.launch(socket_program(server.name, stack, environment, port=server.port))
    supervisor.wait_ready()
    try:
        yield server
    finally:
        supervisor.stop_program(server.name)


@pytest.fixture(scope="session")
def sockets(stack: Embedded, django_schema: None) -> Iterator[SocketServer]:
    """The socket process that most tests share."""
    with (
        stack.supervisor() as supervisor,
        socket_server(stack, supervisor, redis_url=stack.in_process_environment["MEDIADOCK_REDIS_URL"]) as server,
    ):
        yield server


@pytest.fixture
def own_sockets(stack: Embedded, django_schema: None) -> Iterator[SocketServer]:
    """A socket process of this test alone, which it may stop; Redis is the shared one."""
    with (
        stack.supervisor() as supervisor,
        socket_server(stack, supervisor, redis_url=stack.in_process_environment["MEDIADOCK_REDIS_URL"]) as server,
    ):
        yield server


@pytest.fixture
def fragile(stack: Embedded, django_schema: None, tmp_path: Path) -> Iterator[SocketServer]:
    """A socket process with a Redis of its own (the program ``redis``), which the test may stop, stall and empty."""
    own = Redis(data=tmp_path / "redis", port=free_port(), password="of-this-test", log_file=tmp_path / "redis.log")
    with stack.supervisor() as supervisor:
        supervisor.launch(own.program())
        supervisor.wait_ready()
        with socket_server(stack, supervisor, redis_url=own.url) as server:
            yield server


@pytest.fixture
def person(django_schema: None) -> Person:
    """A user of this test alone; streams know users only by their number."""
    return Person(next(_user_ids))


@pytest.fixture
def other_person(django_schema: None) -> Person:
    """Somebody else."""
    return Person(next(_user_ids))
