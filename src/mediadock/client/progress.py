"""How far the files of an upload are: values told to the caller from the worker threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Progress:
    """``sent_bytes`` of ``size_bytes`` of one file are with the store; ``part`` is the one that moved.

    ``index`` is the file's place in the upload. ``part`` is None for a direct upload and for the first report of
    a resumed one. ``sent_bytes`` falls when a part has to be sent again. ``complete`` is True in the last report,
    after the server has accepted the file.
    """

    index: int
    path: Path
    asset_id: int
    sent_bytes: int
    size_bytes: int
    part: int | None = None
    complete: bool = False


OnProgress = Callable[[Progress], None]


class Meter:
    """Counts the bytes of one file over all its parts, and tells. Called from several threads at a time."""

    def __init__(self, *, index: int, path: Path, asset_id: int, size_bytes: int, tell: OnProgress | None) -> None:
        self._index, self._path, self._asset_id, self._size_bytes = index, path, asset_id, size_bytes
        self._tell = tell
        self._sent_bytes = 0
        self._lock = threading.Lock()

    def add(self, sent_bytes: int, part: int | None = None) -> None:
        """So many bytes more; negative when an attempt at a part was in vain."""
        with self._lock:
            self._sent_bytes += sent_bytes
            self._report(part, complete=False)

    def finish(self) -> None:
        """The server has accepted the file."""
        with self._lock:
            self._sent_bytes = self._size_bytes
            self._report(None, complete=True)

    def _report(self, part: int | None, *, complete: bool) -> None:
        if self._tell is not None:
            self._tell(
                Progress(self._index, self._path, self._asset_id, self._sent_bytes, self._size_bytes, part, complete)
            )
