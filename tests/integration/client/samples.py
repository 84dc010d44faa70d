"""People and files for these tests."""

from __future__ import annotations

import io
import os
import struct
import time
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyvips

from media.films import film
from mediadock.auth.jwt import Signer, TokenSettings, issue
from mediadock.auth.keys import FixedKeys, secret_key
from mediadock.auth.principal import SERVICE_SCOPE
from stack.server import RunningServer

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


def make_film(path: Path, padding: int = 0) -> Path:
    """A film of two seconds, made larger by a box of random bytes that players skip."""
    free = struct.pack(">I4s", 8 + padding, b"free") + os.urandom(padding) if padding else b""
    path.write_bytes(_film() + free)
    return path


@cache
def _film() -> bytes:
    return film()


def service_token(server: RunningServer, user_id: int) -> str:
    """What a machine carries that acts for this user."""
    secret = server.embedded.stack.credentials.jwt_secret
    settings = TokenSettings(("HS256",), FixedKeys({None: secret_key(secret)}), signer=Signer(secret))
    return issue(settings, user_id=user_id, now=time.time(), scope=SERVICE_SCOPE)
