"""The file on this machine, and whether it is still the same file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mediadock.client.errors import FileProblem


@dataclass(frozen=True)
class LocalFile:
    """A file as it was when its upload began; ``size_bytes`` and ``mtime_ns`` must stay so until it is complete."""

    path: Path
    size_bytes: int
    mtime_ns: int

    @classmethod
    def look(cls, path: Path) -> LocalFile:
        """Raises ``FileProblem`` when there is no such regular file, or it cannot be read."""
        try:
            status = path.stat()
        except OSError as error:
            raise FileProblem("file_unreadable", f"{path} cannot be read: {error.strerror}.") from error
        if not path.is_file() or not os.access(path, os.R_OK):
            raise FileProblem("file_unreadable", f"{path} is not a file that can be read.")
        return cls(path, status.st_size, status.st_mtime_ns)

    def check_unchanged(self) -> None:
        """Raises ``FileProblem`` when the file is another one by now."""
        if LocalFile.look(self.path) != self:
            raise FileProblem("file_changed", f"{self.path.name} changed while it was being sent.")
