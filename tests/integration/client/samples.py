"""People and files for these tests."""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pyvips

MIB = 1024 * 1024


@dataclass(frozen=True)
class Person:
    """Somebody whom no other test has met."""

    name: str
    user_id: int
    token: str


def make_archive(path: Path, size: int) -> Path:
    """A ZIP archive of about ``size`` random bytes: a kind of file that the server keeps as it is."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("random", os.urandom(size))
    path.write_bytes(held.getvalue())
    return path


def make_picture(path: Path) -> Path:
    """A picture of 300 x 200 pixels."""
    path.write_bytes(pyvips.Image.gaussnoise(300, 200).cast("uchar").write_to_buffer(".jpg"))
    return path
