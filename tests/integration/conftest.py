"""Django inside pytest, on the real database. It is configured here and not earlier, so unit tests need none of it.

Importing models at the top of a test module is fine: the addresses are known before the servers run.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stack.client import Api
from stack.embedded import Embedded, use_django
from stack.events import Store
from stack.web import QuietWeb, run_quiet_web

use_django()


@pytest.fixture(scope="session")
def django_schema(stack: Embedded, database_url: str) -> Iterator[None]:
    """The migrated schema and the bucket of this process; ask for it in every test that touches a model."""
    from django.core.management import call_command
    from django.db import connection

    from mediadock.telemetry.tally import tally
    from stack.embedded import IN_PROCESS_BUCKET

    stack.make_bucket(IN_PROCESS_BUCKET)
    call_command("migrate", verbosity=0)
    yield
    tally().end()  # while there is a database: its threads would look for one until the process ends
    connection.close()
    connection.close_pool()


@pytest.fixture(scope="session")
def web(stack: Embedded, django_schema: None) -> Iterator[QuietWeb]:
    """The API with the limits that a deployment has."""
    with run_quiet_web(stack) as server:
        yield server


@pytest.fixture(scope="session")
def store(web: QuietWeb, stack: Embedded) -> Store:
    """The store, telling of objects."""
    return Store(Api(web.url + "/api/v1", token=stack.in_process_environment["MEDIADOCK_STORAGE_EVENTS_SECRET"]))


@pytest.fixture
def alice(web: QuietWeb) -> Api:
    """The sender."""
    return web.api_as_somebody()


@pytest.fixture
def bob(web: QuietWeb) -> Api:
    """The receiver."""
    return web.api_as_somebody()


@pytest.fixture
def mallory(web: QuietWeb) -> Api:
    """Somebody else."""
    return web.api_as_somebody()
