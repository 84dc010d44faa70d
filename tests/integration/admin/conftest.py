"""A web process that serves the admin, and people who use it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stack.client import Api
from stack.embedded import Embedded
from stack.operators import Operator, new_operator
from stack.web import QuietWeb, run_quiet_web


@pytest.fixture(scope="package")
def admin_web(stack: Embedded, django_schema: None) -> Iterator[QuietWeb]:
    """The API and ``/admin/``; nothing moves an asset but what a test does."""
    with run_quiet_web(stack, MEDIADOCK_ADMIN="1") as server:
        yield server


@pytest.fixture(scope="package")
def operator(admin_web: QuietWeb) -> Operator:
    """Who may do everything."""
    return new_operator(admin_web.url, superuser=True)


@pytest.fixture(scope="package")
def onlooker(admin_web: QuietWeb) -> Operator:
    """Who may look at assets, queues and storage, and act on nothing."""
    return new_operator(admin_web.url, "view_mediaasset", "view_heartbeat", "view_ledger", "view_outbox")


@pytest.fixture
def carol(admin_web: QuietWeb) -> Api:
    """A user who sends files."""
    return admin_web.api_as_somebody()
