"""Fixtures over real servers. Nothing starts before a test asks for it; CONTRIBUTING tells which to use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from mediadock.storage.config import StoreConfig
    from stack.embedded import Embedded
    from stack.server import RunningServer

# Properties are about answers; how long one example takes says how busy the machine is. ``timeout`` still holds.
settings.register_profile("mediadock", deadline=None)
settings.load_profile("mediadock")


@pytest.hookimpl(tryfirst=True)  # before the names of the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run beside each other, those of one folder stay together: they share what the folder starts."""
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parent
        item.add_marker(pytest.mark.xdist_group("/".join(folder.parts[:2])))


@pytest.fixture(scope="session")
def stack() -> Iterator[Embedded]:
    """PostgreSQL, Redis and SeaweedFS of this run, started on free ports and stopped at the end."""
    from mediadock.local.errors import WheelMissing
    from stack.embedded import embedded
    from stack.here import cannot_run
    from stack.logs import assert_no_secret_is_in_the_logs

    these = embedded()
    with these.supervisor() as supervisor:
        try:
            these.stack.start(supervisor)
        except WheelMissing as missing:
            cannot_run(missing.detail)
        yield these
    assert_no_secret_is_in_the_logs(these)


@pytest.fixture
def store_config(stack: Embedded) -> StoreConfig:
    """The store with an empty bucket of this test's own."""
    return stack.make_bucket()


@pytest.fixture
def redis_url(stack: Embedded) -> str:
    """A Redis database that the running server does not use; tests in one process share it."""
    return stack.in_process_environment["MEDIADOCK_REDIS_URL"]


@pytest.fixture(scope="session")
def database_url(stack: Embedded) -> str:
    """The database of code that runs inside pytest; below ``tests/integration`` it has the whole schema."""
    from stack.embedded import IN_PROCESS_DATABASE

    return stack.make_database(IN_PROCESS_DATABASE)


@pytest.fixture(scope="session")
def running_server(stack: Embedded) -> Iterator[RunningServer]:
    """The whole application as ``mediadock up`` runs it."""
    from stack.server import run_server

    with run_server(stack) as server:
        yield server
