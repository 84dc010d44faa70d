"""What to run: a declaration, so that the list of processes is data that one can read."""

from __future__ import annotations

import os
import pwd
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict


@dataclass(frozen=True)
class Program:
    """One long-running process.

    ``ready`` is asked again and again until it is true; without one the program counts as ready when it runs.
    ``log_file`` takes its output; without one the output goes to the common log, line by line.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    ready: Callable[[], bool] | None = None
    ready_within_s: float = 30.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_s: float = 10.0
    log_file: Path | None = None
    user: str | None = None


@dataclass(frozen=True)
class Step:
    """One command that must end with 0 before the programs start; it can be run again without harm."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    timeout_s: float = 120.0


class Identity(TypedDict):
    """Whom a process runs as, in the words of ``subprocess``; None and None are ourselves."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


def identity(user: str | None) -> Identity:
    """The user ``user`` with nothing of ours, not even our groups."""
    if user is None:
        return {"user": None, "group": None, "extra_groups": None}
    account = pwd.getpwnam(user)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def plain_environment() -> dict[str, str]:
    """What a server needs of our environment, and nothing that could be a secret."""
    kept = {name: os.environ[name] for name in ("HOME", "TMPDIR", "SSL_CERT_FILE") if name in os.environ}
    return {"PATH": search_path(), "LC_ALL": "C.UTF-8", **kept}


def search_path() -> str:
    """``PATH`` with the scripts of this interpreter first, as an activated environment has it."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
