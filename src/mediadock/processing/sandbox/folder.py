"""Private temporary folders: one per job that writes files, and none outlives its job for long.

A folder belongs to the process that holds its lock. The owner removes it when the job ends, however it ends; what
a killed worker left behind has no lock any more and goes when the next folder is made on the machine.
They lie below the system's temporary folder (``TMPDIR``): a tmpfs where there is one that is large enough.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mediadock.core.errors import ProcessingFailed
from mediadock.processing.sandbox.confine import NOBODY

_REMOVALS, _REMOVAL_PERIOD_S = 50, 0.02


@dataclass(frozen=True)
class PrivateFolder:
    """An empty folder that only one child may write into."""

    path: Path
    descriptor: int

    def open_output(self, name: str) -> BinaryIO:
        """What the child wrote, for reading. A link or a pipe, which only a hijacked child puts there, is refused."""
        if name != Path(name).name or name in {"", ".", ".."}:
            raise ProcessingFailed("decoder_crashed", "Processing broke while reading this file.", log="odd file name")
        try:
            opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self.descriptor)
        except OSError as error:
            raise _no_output(repr(error)) from error
        found = os.fstat(opened)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            os.close(opened)
            raise _no_output(f"{name} is not a file of its own")
        return os.fdopen(opened, "rb")


@contextlib.contextmanager
def private_folder() -> Iterator[PrivateFolder]:
    """A new folder for the length of a ``with``. ``ProcessingFailed`` (``no_space``) when none can be made."""
    try:
        path, descriptor = _make()
    except OSError as error:
        raise ProcessingFailed("no_space", "There is no room for processing just now.", log=repr(error)) from error
    try:
        yield PrivateFolder(path=path, descriptor=descriptor)
    finally:
        _remove(path)
        os.close(descriptor)


def _make() -> tuple[Path, int]:
    base = _base()
    guard = os.open(base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(guard, fcntl.LOCK_EX)  # between making a folder and locking it nobody may take it for a leftover
        _remove_leftovers(base)
        path = Path(tempfile.mkdtemp(dir=base))
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.getuid() == 0:
            os.fchown(descriptor, -1, NOBODY)  # the group, since each child is a user of its own
            os.fchmod(descriptor, 0o770)
    finally:
        os.close(guard)
    return path, descriptor


def _remove(path: Path) -> None:
    """Also what is written while we remove: a zygote that was killed cannot say that its children have ended."""
    for _ in range(_REMOVALS):
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            return
        time.sleep(_REMOVAL_PERIOD_S)


def _base() -> Path:
    """The folder of this user's folders; a name that somebody else has taken is not used."""
    # Python passes over a TMPDIR that is full at first sight, and then stays with another disk.
    base = Path(os.environ.get("TMPDIR") or tempfile.gettempdir()) / f"mediadock-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    found = base.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise OSError(f"{base} is not ours")
    return base


def _remove_leftovers(base: Path) -> None:
    for path in base.iterdir():
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(descriptor)


def _no_output(log: str) -> ProcessingFailed:
    return ProcessingFailed("decoder_crashed", "Processing broke while reading this file.", log=log)
