"""One observed server for all tests of telemetry, and one journey through it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stack.embedded import Embedded
from stack.observed import Journey, ObservedServer, make_a_journey, observed_server


@pytest.fixture(scope="package")
def observed(stack: Embedded) -> Iterator[ObservedServer]:
    with observed_server(stack) as server:
        yield server


@pytest.fixture(scope="package")
def journey(observed: ObservedServer) -> Journey:
    return make_a_journey(observed)
