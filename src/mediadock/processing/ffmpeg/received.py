"""Files from a child that decodes strangers' bytes: what was asked for, once each, and what it must be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO, NoReturn

from mediadock.core.errors import ProcessingFailed
from mediadock.processing.sandbox import Frame


class ExpectedFiles:
    """The MP4s that one job must hand over, by name; ``sentence`` is what people read when it does not."""

    def __init__(self, names: Iterable[str], *, sentence: str) -> None:
        self._missing = set(names)
        self._sentence = sentence

    def take(self, frame: Frame, file: BinaryIO) -> str:
        """The name of a file that was asked for, and that begins as an MP4 does; ``ProcessingFailed`` otherwise."""
        name = frame.text("name", longest=32)
        head = file.read(12)
        file.seek(0)
        if name not in self._missing or head[4:8] != b"ftyp":
            self._fail(f"nobody asked for {name!r}, or it is no MP4")
        self._missing.discard(name)
        return name

    def refuse(self, frame: Frame) -> NoReturn:
        """An output that is no file: none was asked for."""
        self._fail(f"an output that is no file: {frame.text('name')!r}")

    def check_complete(self) -> None:
        """``ProcessingFailed`` when one was never made."""
        if self._missing:
            self._fail(f"never made: {sorted(self._missing)}")

    def _fail(self, log: str) -> NoReturn:
        raise ProcessingFailed("decoder_crashed", self._sentence, log=log)
