"""The zygote of this test process ends with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mediadock.processing import sandbox


@pytest.fixture(scope="session", autouse=True)
def _no_zygote_left_behind() -> Iterator[None]:
    yield
    sandbox.stop()
