"""Waiting for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(condition: Callable[[], bool], *, within_s: float = 120.0, every_s: float = 0.05) -> None:
    """Return as soon as ``condition`` is true; fail after ``within_s``, long enough for a busy machine."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"it did not come true within {within_s:.0f} s"
        time.sleep(every_s)
