"""One thread per process that looks at every running child: too long, or too large, and it is killed."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mediadock.processing.limits import Limits
from mediadock.processing.sandbox.zygote import Child

_PERIOD_S = 0.05
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Watch:
    """One child under observation; ``verdict`` is set when the watchdog ended it."""

    child: Child
    limits: Limits
    deadline: float
    verdict: str | None = None


class Watchdog:
    """Looks every 50 ms while there is something to look at, and sleeps otherwise."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watches: list[Watch] = []
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def watching(self, child: Child, limits: Limits) -> Iterator[Watch]:
        """Observe ``child`` until the block is left."""
        watch = Watch(child=child, limits=limits, deadline=time.monotonic() + limits.wall_s)
        with self._changed:
            self._watches.append(watch)
            if self._thread is None:
                self._thread = threading.Thread(target=self._patrol, name="sandbox-watchdog", daemon=True)
                self._thread.start()
            self._changed.notify()
        try:
            yield watch
        finally:
            with self._changed:
                self._watches.remove(watch)

    def _patrol(self) -> None:
        while True:
            with self._changed:
                while not self._watches:
                    self._changed.wait()
                watches = list(self._watches)
            for watch in watches:
                _judge(watch)
            time.sleep(_PERIOD_S)


def _judge(watch: Watch) -> None:
    if watch.verdict is not None:
        return
    if time.monotonic() > watch.deadline:
        watch.verdict = "timeout"
    elif resident_bytes(watch.child.pid) > watch.limits.memory_bytes:
        watch.verdict = "out_of_memory"
    if watch.verdict is not None:
        watch.child.kill()


def resident_bytes(pid: int) -> int:
    """Memory of a process and all its descendants as the kernel counts it; 0 for one that is gone."""
    total = 0
    waiting = [pid]
    while waiting:
        process = Path("/proc") / str(waiting.pop())
        try:
            total += int((process / "statm").read_text().split()[1]) * _PAGE_BYTES
            for task in (process / "task").iterdir():
                waiting.extend(int(child) for child in (task / "children").read_text().split())
        except (OSError, IndexError, ValueError):
            continue
    return total
