"""What the sandbox's children have taken of a processor: no other process makes it much more."""

from __future__ import annotations

import psutil

from mediadock.processing import sandbox
from stack.waiting import eventually


def processor_time_s() -> float:
    """Of all children of the fork server, once none is left, and all that they started."""
    zygote = psutil.Process(sandbox.zygote_pid())
    eventually(lambda: zygote.children() == [], every_s=0.01)
    times = zygote.cpu_times()
    return float(times.children_user + times.children_system)
