"""One command from start to end: how long it took, and what it cost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """Wall time, and the processor time of the command and all that it waited for."""

    wall_s: float
    cpu_s: float


def timed(command: Sequence[str], env: Mapping[str, str] | None = None) -> Run:
    """Run it; a command that fails ends the benchmark."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - began
    assert process.stderr is not None
    with process.stderr as said:
        if os.waitstatus_to_exitcode(status) != 0:
            raise SystemExit(f"{command[0]} failed: {said.read().decode()}")
    process.returncode = 0  # wait4 has taken it
    return Run(wall_s, usage.ru_utime + usage.ru_stime)
