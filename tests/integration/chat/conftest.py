"""A quiet web process, and three people: one sends, one receives, one has nothing to do with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stack.client import Api
from stack.embedded import Embedded
from stack.web import QuietWeb, run_quiet_web


@pytest.fixture(scope="session")
def web(stack: Embedded, django_schema: None) -> Iterator[QuietWeb]:
    """The API with the limits that a deployment has."""
    with run_quiet_web(stack) as server:
        yield server


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
