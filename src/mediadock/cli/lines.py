"""Plain lines for what is no terminal: a log, a pipe."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from mediadock.cli.view import short_name, stage_words
from mediadock.client import Asset, Progress

STEP_PERCENT = 25


class Lines:
    """A ``View`` that writes a line to standard error at every quarter and at every change of stage."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._names = [short_name(path) for path in paths]
        self._last = [""] * len(paths)
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to put away."""

    def sent(self, progress: Progress) -> None:
        """A line when a quarter more has gone."""
        percent = 100 * progress.sent_bytes // max(progress.size_bytes, 1) // STEP_PERCENT * STEP_PERCENT
        self._say(progress.index, "uploaded" if progress.complete else f"uploading {percent} %")

    def changed(self, index: int, asset: Asset) -> None:
        """A line when the stage is another one."""
        self._say(index, stage_words(asset))

    def _say(self, index: int, words: str) -> None:
        with self._lock:
            if self._last[index] != words:
                self._last[index] = words
                print(f"{self._names[index]}: {words}", file=sys.stderr, flush=True)
