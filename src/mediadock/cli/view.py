"""How an upload looks while it goes on: the words for its stages, and which view a terminal gets."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, Self

from mediadock.client import Asset, Progress


class View(AbstractContextManager["View"], Protocol):
    """Told of everything that happens to the files, which it knows by their place in the command."""

    def __enter__(self) -> Self: ...

    def sent(self, progress: Progress) -> None:
        """Bytes moved; called from the sending threads."""
        ...

    def changed(self, index: int, asset: Asset) -> None:
        """The server's word about the file, after its bytes have arrived."""
        ...


def stage_words(asset: Asset) -> str:
    """What a person calls the stage of an asset."""
    if asset.failure is not None:
        return printable(f"failed: {asset.failure.reason}")
    if asset.stage == "done":
        return "ready"
    if asset.stage == "failed":
        return asset.state  # aborted, expired
    if asset.stage == "thumbnail_ready":
        return "processing, preview ready"
    return asset.stage


def printable(text: str) -> str:
    """Text of somebody else's without what a terminal would obey: control characters and escape sequences."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def short_name(path: Path, *, width: int = 32) -> str:
    """The file's name, its middle left out when it is longer than ``width``."""
    name = printable(path.name)
    return name if len(name) <= width else f"{name[: width - 13]}…{name[-12:]}"
