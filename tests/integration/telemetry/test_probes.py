"""Processes that answer no HTTP can be asked whether they live."""

from __future__ import annotations

import subprocess
import sys

from stack.observed import ObservedServer
from stack.waiting import eventually


def is_alive(server: ObservedServer, *words: str) -> subprocess.CompletedProcess[str]:
    argv = (sys.executable, "-m", "django", "is_alive", *words)
    return subprocess.run(
        argv, env=server.environment, cwd="/", capture_output=True, text=True, timeout=240, check=False
    )


def test_what_runs_is_alive(observed: ObservedServer) -> None:
    eventually(
        lambda: is_alive(observed, "queue:image", "sweep", "relay", "--within", "300").returncode == 0, every_s=0.5
    )


def test_a_queue_that_nobody_reads_is_named(observed: ObservedServer) -> None:
    asked = is_alive(observed, "relay", "queue:nobody", "--within", "300")
    assert asked.returncode == 1
    assert "not heard of within 300 s: queue:nobody" in asked.stderr
