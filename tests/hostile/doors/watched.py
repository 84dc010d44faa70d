"""The workers, watched while they are fed: the same processes all along, and no decoder above its memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack.server import WORKERS, RunningServer

_LOOK_S = 0.01
KIB = 1024


class WatchedWorker:
    """The workers of a running server; ``peak_child_bytes`` is the most that one decoding child ever held."""

    def __init__(self, server: RunningServer) -> None:
        self._pids = [server.supervisor.pid(name) for name in WORKERS]
        self._done = threading.Event()
        self.peak_child_bytes = 0

    def pool(self) -> list[int]:
        """The pids of the workers and their pool processes."""
        return [*self._pids, *sorted(self._pool())]

    def _pool(self) -> list[int]:
        return [process for pid in self._pids for process in _children(pid)]

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at the decoders' high-water marks for as long as the block runs."""
        looking = threading.Thread(target=self._look, daemon=True)
        looking.start()
        try:
            yield
        finally:
            self._done.set()
            looking.join()

    def _look(self) -> None:
        while not self._done.wait(_LOOK_S):
            zygotes = [zygote for process in self._pool() for zygote in _children(process)]
            for decoder in [decoder for zygote in zygotes for decoder in _children(zygote)]:
                self.peak_child_bytes = max(self.peak_child_bytes, _peak_bytes(decoder))


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def _peak_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return max((int(line.split()[1]) * KIB for line in lines if line.startswith("VmHWM")), default=0)
