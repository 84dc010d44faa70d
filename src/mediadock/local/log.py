"""One readable log of many programs: a name, a bar, the line; without secrets."""

from __future__ import annotations

import re
import threading
from typing import TextIO

_WIDTH = 9
_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
_SECRETS = (
    (re.compile(r"(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s\"']+", re.IGNORECASE), r"\1…"),
    (re.compile(r"(\bBearer[ .])[\w.~+/=-]+", re.IGNORECASE), r"\1…"),
    (re.compile(r"(\bticket=)[\w.~-]+"), r"\1…"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), r"\1…@"),
)


def without_secrets(line: str) -> str:
    """``line`` with signatures, bearer tokens, tickets and passwords in URLs taken out."""
    for pattern, replacement in _SECRETS:
        line = pattern.sub(replacement, line)
    return line


class Log:
    """Writes whole lines from any thread; coloured only for a terminal."""

    def __init__(self, out: TextIO, *, coloured: bool = False) -> None:
        self._out = out
        self._coloured = coloured
        self._colours: dict[str, int] = {}
        self._lock = threading.Lock()

    def line(self, name: str, text: str) -> None:
        """One line of one program."""
        with self._lock:
            label = f"{name:<{_WIDTH}}|"
            if self._coloured:
                colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
                label = f"\033[{colour}m{label}\033[0m"
            print(label, without_secrets(text), file=self._out, flush=True)

    def say(self, text: str = "") -> None:
        """Something of our own, without a label."""
        with self._lock:
            print(text, file=self._out, flush=True)
