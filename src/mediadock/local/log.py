"""One readable log of many programs: a name, a bar, the line; without secrets."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TextIO

from mediadock.telemetry.redaction import redact

_WIDTH = 9
_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)


class Log:
    """Writes whole lines from any thread, secrets struck out; coloured only for a terminal."""

    def __init__(self, out: TextIO, *, coloured: bool = False) -> None:
        self._out = out
        self._coloured = coloured
        self._colours: dict[str, int] = {}
        self._lock = threading.Lock()

    def line(self, name: str, text: str) -> None:
        """One line of one program."""
        label = f"{name:<{_WIDTH}}|"
        if self._coloured:
            colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
            label = f"\033[{colour}m{label}\033[0m"
        self.say(f"{label} {text}")

    def say(self, text: str = "") -> None:
        """Something without a label. Nobody reading any more, as after ``| head``, is no reason to stop."""
        with self._lock, suppress(OSError):
            print(redact(text), file=self._out, flush=True)
