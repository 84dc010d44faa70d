"""The logs of servers under test: written as the servers printed them, and looked through at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mediadock.local.log import Log

if TYPE_CHECKING:
    from stack.embedded import Embedded

_SECRETS = {
    "a presigned URL's signature": rb"(?i)x-amz-signature(?:=|%3d)[0-9a-f]{16}",
    "an Authorization header of SigV4": rb"Signature=[0-9a-f]{64}",
    "a JWT": rb"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "a bearer token": rb"(?i)bearer[ .][A-Za-z0-9_~+/-]{16}",
    "a ticket": rb"(?i)ticket(?:=|%3d)[A-Za-z0-9_-]{16}",
    "a webhook's secret": rb"whsec_[A-Za-z0-9+/]{16}",
    "a password in a URL": rb"://[^\s/:@\[]*:(?!\[redacted\]|\*+@)[^\s/@]+@",
}

_PUBLIC = {"s3_access_key"}
"""A key's name, which every presigned URL tells; SeaweedFS logs it."""


class HonestLog(Log):
    """What programs print, as they print it. ``mediadock up`` would strike secrets out, and hide that one was there."""

    def say(self, text: str = "") -> None:
        """One line."""
        with self._lock:
            print(text, file=self._out, flush=True)


def secrets_in(these: Embedded) -> list[str]:
    """Every line of a log of these servers that holds a secret: what kind it is, and where, but not the secret."""
    known = {name: value.encode() for name, value in asdict(these.stack.credentials).items() if name not in _PUBLIC}
    return [found for file in _log_files(these) for found in _secrets_in_file(file, known)]


def assert_no_secret_is_in_the_logs(these: Embedded) -> None:
    """For the end of every set of servers."""
    found = secrets_in(these)
    assert found == [], f"{len(found)} lines of the servers' logs hold secrets: {found[:10]}"


def _log_files(these: Embedded) -> list[Path]:
    return [file for folder in ("logs", "seaweedfs/logs") for file in sorted((these.data.root / folder).glob("*.*"))]


def _secrets_in_file(file: Path, known: dict[str, bytes]) -> Iterator[str]:
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        kinds = [kind for kind, pattern in _SECRETS.items() if re.search(pattern, line)]
        kinds += [name for name, secret in known.items() if secret in line]
        if kinds:
            yield f"{file.name}:{number}: {', '.join(kinds)}"
