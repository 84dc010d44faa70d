"""One running program: started in a session of its own, ended with everything that it started."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import IO

import psutil

from mediadock.local.errors import DidNotStart
from mediadock.local.family import descendants, kill_all, session_members
from mediadock.local.program import Program, identity

_KEPT_LINES = 40
_LOOK_S = 0.05


class Child:
    """A started ``Program``; ``pid`` is also its process group and its session."""

    def __init__(self, program: Program, *, emit: Callable[[str, str], None]) -> None:
        self.program = program
        self._last_lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._started = time.monotonic()
        self._asked_to_stop = False
        self._family: set[psutil.Process] = set()
        self._process = self._spawn()
        self.pid = self._process.pid
        self._reader: threading.Thread | None = None
        if program.log_file is None:
            self._reader = threading.Thread(target=self._read, args=(emit,), name=program.name, daemon=True)
            self._reader.start()

    def _spawn(self) -> subprocess.Popen[bytes]:
        program = self.program
        if program.log_file is None:
            return self._popen(subprocess.PIPE)
        if program.log_file.exists():
            program.log_file.replace(program.log_file.with_suffix(".previous.log"))
        with program.log_file.open("wb") as log:
            return self._popen(log)

    def _popen(self, output: int | IO[bytes]) -> subprocess.Popen[bytes]:
        program = self.program
        return subprocess.Popen(
            program.argv,
            env=dict(program.env),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **identity(program.user),
        )

    def _read(self, emit: Callable[[str, str], None]) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for raw in output:
                line = raw.decode(errors="replace").rstrip()
                if line:
                    self._last_lines.append(line)
                    emit(self.program.name, line)

    @property
    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number when a signal ended it."""
        return self._process.poll()

    def last_lines(self) -> str:
        """The end of what it printed."""
        if self.program.log_file is None:
            return "\n".join(self._last_lines)
        return "\n".join(self.program.log_file.read_text(errors="replace").splitlines()[-_KEPT_LINES:])

    def is_ready(self) -> bool:
        """Whether the program is of use now. Raises ``DidNotStart`` when it has ended or takes too long."""
        if self.exit_code is not None:
            raise DidNotStart(self.program.name, why=describe_exit(self.exit_code), log=self.last_lines())
        if self.program.ready is None or self.program.ready():
            return True
        if time.monotonic() - self._started > self.program.ready_within_s:
            why = f"it was not ready after {self.program.ready_within_s:.0f} s"
            raise DidNotStart(self.program.name, why=why, log=self.last_lines())
        return False

    def ask_to_stop(self) -> None:
        """Send the polite signal, once, to the program itself; its own children are its own business."""
        if self.exit_code is None and not self._asked_to_stop:
            self._asked_to_stop = True
            self._family.update(descendants(self.pid))
            self._process.send_signal(self.program.stop_signal)

    def stop(self) -> None:
        """End the program and everything below it, politely for ``stop_within_s`` and then by force."""
        self.ask_to_stop()
        self._wait_until_it_ends()
        self._process.kill()
        self._process.wait()
        kill_all([*self._family, *session_members(self.pid)])
        if self._reader is not None:
            self._reader.join(timeout=2.0)

    def _wait_until_it_ends(self) -> None:
        """Note everything that is seen below the program meanwhile, as afterwards nobody knows whose it was."""
        deadline = time.monotonic() + self.program.stop_within_s
        while self.exit_code is None and time.monotonic() < deadline:
            self._family.update(descendants(self.pid))
            time.sleep(_LOOK_S)


def describe_exit(code: int) -> str:
    """``it ended with code 3`` or ``it was ended by SIGKILL``."""
    return f"it ended with code {code}" if code >= 0 else f"it was ended by {signal.Signals(-code).name}"
