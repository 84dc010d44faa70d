"""What cannot run on a laptop is skipped there and fails on CI."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def cannot_run(reason: str) -> NoReturn:
    """End the test: skipped, or failed where ``CI`` is set, as there everything must run."""
    if os.environ.get("CI"):
        pytest.fail(f"must run on CI: {reason}")
    pytest.skip(reason)
