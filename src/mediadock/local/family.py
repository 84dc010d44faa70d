"""Everything that a process started, and an end for it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

import psutil

_LOOK_S = 0.05


def descendants(pid: int) -> list[psutil.Process]:
    """Everything that ``pid`` started, however deep, also in other sessions, while the parents live."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def session_members(session: int) -> list[psutil.Process]:
    """What still belongs to ``session``, also when its parent has gone."""
    members = []
    for pid in psutil.pids():
        try:
            if os.getsid(pid) == session:
                members.append(psutil.Process(pid))
        except (ProcessLookupError, PermissionError, psutil.NoSuchProcess):
            continue
    return members


def is_gone(process: psutil.Process) -> bool:
    """Whether it has ended; one that only waits for its parent to notice has."""
    try:
        return not process.is_running() or bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def wait_gone(processes: Iterable[psutil.Process], *, within_s: float) -> bool:
    """Whether all have ended in time."""
    left = list(processes)
    deadline = time.monotonic() + within_s
    while left := [process for process in left if not is_gone(process)]:
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_S)
    return True


def kill_all(processes: Iterable[psutil.Process], *, within_s: float = 5.0) -> None:
    """Kill what is left of ``processes``; a number that now belongs to somebody else is left alone."""
    left = list(processes)
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    wait_gone(left, within_s=within_s)
