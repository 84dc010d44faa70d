"""Sampled fingerprints of files whose uploads are unfinished, kept on this machine so that they can be resumed.

One small file an asset, in ``$XDG_STATE_HOME/mediadock/uploads`` (``~/.local/state/...``). Losing them costs
nothing but a closer look at the file when an upload is resumed.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from mediadock.client.local_file import LocalFile

SAMPLE_BYTES = 64 * 1024
SAMPLES = 16


def fingerprint(file: LocalFile) -> str:
    """SHA-256 over the size and sixteen samples spread over the file, the first and the last bytes among them; hex.

    Raises ``FileProblem`` when it cannot be read.
    """
    digest = hashlib.sha256(str(file.size_bytes).encode())
    with file.opened() as opened:
        for offset in sample_offsets(file.size_bytes):
            opened.seek(offset)
            digest.update(opened.read(SAMPLE_BYTES))
    return digest.hexdigest()


def sample_offsets(size_bytes: int) -> list[int]:
    """Where the samples begin; a file no longer than all samples together is read whole."""
    if size_bytes <= SAMPLES * SAMPLE_BYTES:
        return list(range(0, size_bytes, SAMPLE_BYTES))
    last = size_bytes - SAMPLE_BYTES
    return [last * index // (SAMPLES - 1) for index in range(SAMPLES)]


class FingerprintStore:
    """Fingerprints by asset, apart for each server."""

    def __init__(self, base_url: str, folder: Path | None = None) -> None:
        self._folder = folder or default_folder()
        self._server = "".join(letter if letter.isalnum() else "-" for letter in urlsplit(base_url).netloc)

    def find(self, asset_id: int) -> str | None:
        """The fingerprint of the file whose upload this machine began as this asset; None when it knows of none."""
        try:
            return self._path(asset_id).read_text().strip() or None
        except OSError:
            return None

    def keep(self, asset_id: int, value: str) -> None:
        """Remember it; a folder that cannot be written is no reason to stop an upload."""
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path(asset_id).write_text(value + "\n")

    def forget(self, asset_id: int) -> None:
        """The upload is over."""
        with suppress(OSError):
            self._path(asset_id).unlink()

    def _path(self, asset_id: int) -> Path:
        return self._folder / f"{self._server}_{asset_id}"


def default_folder() -> Path:
    """By the XDG base directory specification."""
    state = os.environ.get("XDG_STATE_HOME", "")
    return (Path(state) if state else Path.home() / ".local" / "state") / "mediadock" / "uploads"
