"""Starts programs in order, notices when one dies, stops them in reverse, leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType

from mediadock.local.child import Child, describe_exit
from mediadock.local.log import Log
from mediadock.local.program import Program, plain_environment

_WATCH_LOOK_S = 0.2
_READY_LOOK_S = 0.02


class StopRequested(Exception):
    """Somebody asked to stop while programs were starting."""


class Supervisor:
    """Owns its programs: whoever leaves the ``with`` block, or is killed in it, takes them along.

    ``keep_open`` are descriptors which must stay open until the last program has gone, such as a lock.
    Setting ``stop_requested``, from a signal handler or another thread, ends all waiting.
    """

    def __init__(
        self, *, log: Log, keep_open: Sequence[int] = (), stop_requested: threading.Event | None = None
    ) -> None:
        self._log = log
        self._children: list[Child] = []
        self._stopping = stop_requested or threading.Event()
        self._warden = _hire_warden(keep_open)

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def running(self) -> tuple[str, ...]:
        """The names of what has been started, in that order."""
        return tuple(child.program.name for child in self._children)

    def pid(self, name: str) -> int:
        """The process (and process group, and session) of a program."""
        return next(child.pid for child in self._children if child.program.name == name)

    def launch(self, program: Program) -> None:
        """Start ``program`` without waiting for it."""
        child = Child(program, emit=self._log.line)
        self._tell_warden(f"+{child.pid} {int(program.stop_signal)}")
        self._children.append(child)

    def wait_ready(self) -> None:
        """Return when everything launched is ready. Raises ``DidNotStart``, or ``StopRequested``."""
        waiting = self._children.copy()
        while waiting := [child for child in waiting if not child.is_ready()]:
            if self._stopping.wait(_READY_LOOK_S):
                raise StopRequested

    def stop_program(self, name: str) -> None:
        """Stop one program for good."""
        for child in [child for child in self._children if child.program.name == name]:
            self._end(child)

    def ask_to_stop(self, *names: str) -> None:
        """Tell programs to stop and wait for none of them: whoever stops them then waits for all at once."""
        for child in [child for child in self._children if child.program.name in names]:
            child.ask_to_stop()

    def check_stop(self) -> None:
        """Raises ``StopRequested`` if a stop was requested."""
        if self._stopping.is_set():
            raise StopRequested

    def watch(self) -> str | None:
        """Return the reason in words when a program dies, None when a stop was requested."""
        while not self._stopping.wait(_WATCH_LOOK_S):
            for child in self._children:
                if child.exit_code is not None:
                    return f"{child.program.name} died: {describe_exit(child.exit_code)}"
            if self._warden.poll() is not None:
                return "the warden died"
        return None

    def stop(self) -> None:
        """Stop everything, the last started first; safe to call twice."""
        for child in reversed(self._children.copy()):
            self._end(child)
        assert self._warden.stdin is not None
        with suppress(BrokenPipeError):
            self._warden.stdin.close()
        self._warden.wait()

    def last_lines(self, name: str) -> str:
        """The end of what a program printed."""
        return next(child.last_lines() for child in self._children if child.program.name == name)

    def _end(self, child: Child) -> None:
        child.stop()
        self._tell_warden(f"-{child.pid}")
        self._children.remove(child)

    def _tell_warden(self, line: str) -> None:
        assert self._warden.stdin is not None
        with suppress(BrokenPipeError, ValueError):
            self._warden.stdin.write(line.encode() + b"\n")
            self._warden.stdin.flush()


def _hire_warden(keep_open: Sequence[int]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "mediadock.local.warden"],
        env=plain_environment(),
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=tuple(keep_open),
    )
