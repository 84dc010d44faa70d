"""Everything that a process started, and an end for it."""

from __future__ import annotations

import os
from collections.abc import Iterable

import psutil


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


def kill_all(processes: Iterable[psutil.Process], *, within_s: float = 5.0) -> None:
    """Kill what is left of ``processes``; a number that now belongs to somebody else is left alone."""
    left = list(processes)
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(left, timeout=within_s)
