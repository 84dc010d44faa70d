"""Files to send: large, cheap to make, and different in every part."""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

BLOCK_BYTES = 1024 * 1024
PART_BYTES = 5 * BLOCK_BYTES
PARTS = 12
"""Of the notes that most tests here send."""


def letters(path: Path, *, size_bytes: int) -> Path:
    """Plain text of which no two lines are the same, so no two parts are."""
    with path.open("wb") as out:
        left, number = size_bytes, 0
        while left:
            line = f"{number:015}\n".encode()
            block = b"".join(f"{number + step:015}\n".encode() for step in range(BLOCK_BYTES // len(line)))
            out.write(block[:left])
            number += BLOCK_BYTES // len(line)
            left -= min(left, len(block))
    return path


def holes(path: Path, *, size_bytes: int) -> Path:
    """A tar file that is one long hole on the disk, of at least this size, with a few bytes in each MiB of it."""
    with path.open("wb") as out:
        header = tarfile.TarInfo("holes")
        header.size = size_bytes
        out.write(header.tobuf())
        for at in range(0, size_bytes, BLOCK_BYTES):
            out.seek(len(header.tobuf()) + at)
            out.write(at.to_bytes(8, "big"))
        out.truncate(-(-out.tell() // BLOCK_BYTES) * BLOCK_BYTES)
    return path


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
