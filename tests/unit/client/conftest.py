from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mediadock.client import Client, RetryPolicy
from unit.client.small_server import SmallServer, run_small_server

QUICK = RetryPolicy(first_delay_s=0.01, longest_delay_s=0.02)


@pytest.fixture
def small() -> Iterator[SmallServer]:
    with run_small_server() as server:
        yield server


@pytest.fixture
def client(small: SmallServer, tmp_path: Path) -> Iterator[Client]:
    with Client(small.address, "good", refresh_token="refresh", retry=QUICK, state_folder=tmp_path / "state") as client:
        yield client
