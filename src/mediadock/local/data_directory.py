"""Where a local stack keeps everything: one directory, one owner at a time."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from mediadock.local.errors import DataDirectoryInUse


@dataclass(frozen=True)
class DataDirectory:
    """The layout below ``root``; every path is absolute."""

    root: Path

    @classmethod
    def create(cls, root: Path) -> DataDirectory:
        """Make the directory and its folders where they are missing; nobody else may list it."""
        root = root.expanduser().resolve()
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(0o711)  # 1: PostgreSQL under its own user must reach its folder when we are root
        made = cls(root)
        made.logs.mkdir(exist_ok=True, mode=0o700)
        return made

    @property
    def logs(self) -> Path:
        """One file for each server."""
        return self.root / "logs"

    @property
    def credentials(self) -> Path:
        """The secrets, 0600."""
        return self.root / "credentials.json"

    @property
    def ports(self) -> Path:
        """The ports of the last run, taken again when they are free."""
        return self.root / "ports.json"

    @property
    def beat_schedule(self) -> Path:
        """What Celery beat remembers."""
        return self.root / "beat-schedule"

    def lock(self) -> int:
        """Take the directory for this process; the descriptor holds it until the last copy is closed.

        Raises ``DataDirectoryInUse``. The lock is the kernel's: a killed process leaves none behind.
        """
        descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode(errors="replace").strip()
            os.close(descriptor)
            raise DataDirectoryInUse(str(self.root), holder=f" (process {holder})" if holder else "") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return descriptor
