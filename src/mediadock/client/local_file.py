"""The file on this machine, and whether it is still the same file."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from mediadock.client.errors import FileProblem
from mediadock.core.filetypes import FileType, find_declared_type


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
        if any("\ud800" <= letter <= "\udfff" for letter in path.name):
            raise FileProblem("file_name_invalid", f"The name of {path.name!a} is no text: rename the file.")
        if not path.is_file() or not os.access(path, os.R_OK):
            raise FileProblem("file_unreadable", f"{path} is not a file that can be read.")
        return cls(path, status.st_size, status.st_mtime_ns)

    @property
    def file_type(self) -> FileType | None:
        """What it is by its name; None when that says nothing."""
        return find_declared_type("", self.path.name)

    @property
    def content_type(self) -> str:
        """What it is declared as."""
        return self.file_type.content_type if self.file_type else "application/octet-stream"

    @contextmanager
    def opened(self) -> Iterator[FileIO]:
        """It, for reading. Raises ``FileProblem`` when it is gone, or cannot be read to its end."""
        try:
            with self.path.open("rb", buffering=0) as file:
                yield file
        except OSError as error:
            raise FileProblem("file_unreadable", f"{self.path} cannot be read: {error.strerror}.") from error

    def sha256(self) -> str:
        """Its checksum as it is declared: base64 of the 32 bytes."""
        with self.opened() as opened:
            return base64.b64encode(hashlib.file_digest(opened, "sha256").digest()).decode()

    def check_unchanged(self) -> None:
        """Raises ``FileProblem`` when the file is another one by now."""
        if LocalFile.look(self.path) != self:
            raise FileProblem("file_changed", f"{self.path.name} changed while it was being sent.")
