"""Runs the transfers of one upload on a few threads: one budget of connections for all files together."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from threading import Event as Flag

from mediadock.client.connections import Connections
from mediadock.client.errors import ClientError, Stopped
from mediadock.client.transfer import Job, Transfer


def run_transfers(
    transfers: Sequence[Transfer], *, parallel: int, connections: Connections, stop: Flag
) -> list[ClientError | None]:
    """What became of each transfer, in their order: None, or the error that ended it. The others go on.

    Blocks until all have ended. An exception in the calling thread (Ctrl-C) sets ``stop``, cuts the connections,
    waits for the threads and goes on up; one that a progress callback raises does the same.
    """
    board = _Board(transfers, stop)
    # daemons: a second Ctrl-C leaves at once, whatever they wait for
    threads = [
        threading.Thread(target=_work, args=(board, connections, stop), daemon=True)
        for _ in range(min(parallel, board.size))
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except BaseException:
        stop.set()
        connections.interrupt()
        for thread in threads:
            thread.join()
        raise
    if board.crash is not None:
        raise board.crash
    return board.outcomes


class _Board:
    """Who does what next: small files first, because they are soon done and their URLs are the first to expire."""

    def __init__(self, transfers: Sequence[Transfer], stop: Flag) -> None:
        self.outcomes: list[ClientError | None] = [None] * len(transfers)
        self.crash: BaseException | None = None
        self._transfers = transfers
        self._stop = stop
        self._lock = threading.Lock()
        self._jobs: deque[tuple[int, Job]] = deque()
        self._left = [0] * len(transfers)
        for index in sorted(range(len(transfers)), key=lambda index: transfers[index].size_bytes):
            jobs = list(transfers[index].jobs()) or [_nothing]
            self._left[index] = len(jobs)
            self._jobs.extend((index, job) for job in jobs)
        self.size = len(self._jobs)

    def work(self) -> bool:
        """Do one job; False when there is none left."""
        with self._lock:
            if not self._jobs:
                return False
            index, job = self._jobs.popleft()
        self._attempt(index, job)
        with self._lock:
            self._left[index] -= 1
            last = not self._left[index]
        if last:
            self._attempt(index, self._transfers[index].complete)
        return True

    def _attempt(self, index: int, job: Job) -> None:
        if self.outcomes[index] is not None:
            return
        try:
            if self._stop.is_set():
                raise Stopped
            job()
        except ClientError as error:
            self.outcomes[index] = error


def _work(board: _Board, connections: Connections, stop: Flag) -> None:
    try:
        while board.work():
            pass
    except BaseException as error:  # noqa: BLE001 - nothing may end in a thread unseen
        board.crash = error  # a callback of the caller raised: it surfaces in the caller's thread
        stop.set()
    finally:
        connections.close_mine()


def _nothing() -> None:
    """The job of a file whose bytes are all there: only ``complete`` is left."""
