"""The last to leave: ends every program when the supervisor is gone, however it went.

It runs as a process of its own. The supervisor holds the other end of its standard input and writes one line
for each program, ``+<pid> <signal>`` or ``-<pid>``. A closed pipe is the one thing that a supervisor killed by
SIGKILL still does, so that is the alarm: whatever is on the list then gets its polite signal, the last started
first, and SIGKILL five seconds later, with everything below it.

It also keeps the lock of the data directory open, so that nobody starts on the data before this is over.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable

import psutil

from mediadock.local.family import descendants, kill_all, session_members, wait_gone

_POLITE_S = 5.0


def guard(lines: Iterable[str]) -> dict[int, int]:
    """Follow the list until the pipe closes; gives the stop signal of every program that is still on it."""
    guarded: dict[int, int] = {}
    for line in lines:
        if line.startswith("+"):
            pid, stop_signal = line[1:].split()
            guarded[int(pid)] = int(stop_signal)
        else:
            guarded.pop(int(line[1:]), None)
    return guarded


def end(guarded: dict[int, int]) -> None:
    """Stop the programs, the last started first."""
    families = [process for pid in guarded for process in descendants(pid)]
    leaders = []
    for pid in reversed(guarded):
        try:
            leaders.append(psutil.Process(pid))
            os.kill(pid, guarded[pid])
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    wait_gone(leaders, within_s=_POLITE_S)
    kill_all([*leaders, *families, *(process for pid in guarded for process in session_members(pid))])


def main() -> None:
    """Outlive what ends everybody else: the end of the pipe is the only way out."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    end(guard(sys.stdin))


if __name__ == "__main__":
    main()
