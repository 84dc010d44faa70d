"""People who use the admin, and whose files are looked at. Nothing moves an asset but what a test does."""

from __future__ import annotations

import pytest

from stack.client import Api
from stack.operators import Operator, new_operator
from stack.web import QuietWeb


@pytest.fixture(scope="package")
def operator(web: QuietWeb) -> Operator:
    """Who may do everything."""
    return new_operator(web.url, superuser=True)


@pytest.fixture(scope="package")
def onlooker(web: QuietWeb) -> Operator:
    """Who may look at assets, queues and storage, and act on nothing."""
    return new_operator(web.url, "view_mediaasset", "view_heartbeat", "view_ledger", "view_outbox")


@pytest.fixture
def carol(web: QuietWeb) -> Api:
    """A user who sends files."""
    return web.api_as_somebody()
