"""The command line as a process of its own: with pipes, or on a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROGRAM = [sys.executable, "-c", "from mediadock.cli.main import app; app()"]
LIMIT_S = 200


@dataclass(frozen=True)
class Ended:
    """What a command wrote and how it ended."""

    code: int
    out: str
    err: str = ""


@dataclass(frozen=True)
class Shell:
    """Runs ``mediadock`` with a home of its own."""

    home: Path
    env: Mapping[str, str]

    def environment(self) -> dict[str, str]:
        """The environment of its commands."""
        own = {"XDG_CONFIG_HOME": str(self.home / "config"), "XDG_STATE_HOME": str(self.home / "state")}
        return {**os.environ, **own, "COLUMNS": "120", "TERM": "xterm", **self.env}

    def run(self, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Ended:
        """With pipes."""
        done = subprocess.run(
            [*PROGRAM, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
            env=self.environment() | dict(env or {}),
            cwd=self.home,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def on_terminal(self, *arguments: str, interrupt_at: str | None = None) -> Ended:
        """On a terminal; Ctrl-C is typed when ``interrupt_at`` (a pattern) is to be read there."""
        return run_on_terminal([*PROGRAM, *arguments], self.environment(), self.home, interrupt_at)


def run_on_terminal(command: Sequence[str], env: Mapping[str, str], folder: Path, interrupt_at: str | None) -> Ended:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, cwd=folder, preexec_fn=_own_terminal
    )
    os.close(theirs)
    seen, typed, ends_at = "", False, time.monotonic() + LIMIT_S
    try:
        while time.monotonic() < ends_at:
            if select.select([ours], [], [], 0.2)[0]:
                try:
                    seen += os.read(ours, 65536).decode(errors="replace")
                except OSError:  # Linux says so when the other side has closed
                    break
            if interrupt_at and not typed and re.search(interrupt_at, seen):
                typed = True
                os.write(ours, b"\x03")
        return Ended(process.wait(LIMIT_S), re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen))
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _own_terminal() -> None:
    import fcntl
    import termios

    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
