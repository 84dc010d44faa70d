"""How much memory the processes of a browser take, as Linux counts it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

LOOK_EVERY_S = 0.02


@dataclass
class Watched:
    """Proportional set size: private memory, and a share of what several processes share; bytes."""

    before_bytes: int
    most_bytes: int

    @property
    def growth_bytes(self) -> int:
        """From when watching began to the worst moment since."""
        return self.most_bytes - self.before_bytes


def process_ids(browser: Browser, kind: str) -> list[int]:
    """The processes of one kind (``renderer``, ``browser``, ``utility``, ...), as the browser itself lists them."""
    session = browser.new_browser_cdp_session()
    listed = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return [process["id"] for process in listed if process["type"] == kind]


def resident_bytes(pids: Sequence[int]) -> int:
    """What these processes have in memory now; one that has ended has nothing."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += next(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
    return total


@contextmanager
def watched(pids: Sequence[int]) -> Iterator[Watched]:
    """Look at these processes many times a second until the end."""
    before = resident_bytes(pids)
    found, over = Watched(before, before), threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY_S):
            found.most_bytes = max(found.most_bytes, resident_bytes(pids))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()
