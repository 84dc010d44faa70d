"""Pictures as the worker takes them from a child, which decodes strangers' bytes and is not believed."""

from __future__ import annotations

from collections.abc import Iterable

from mediadock.core.errors import ProcessingFailed
from mediadock.processing.image.model import WEBP, Output
from mediadock.processing.sandbox import Frame


class ExpectedPictures:
    """The pictures that were asked for, by name; each comes once. ``sentence`` is for the person when one does not."""

    def __init__(self, names: Iterable[str], *, sentence: str) -> None:
        self._missing = set(names)
        self._sentence = sentence

    def take(self, frame: Frame) -> Output:
        """The frame's picture; ProcessingFailed ``decoder_crashed`` when it is no WebP, or nobody asked for it."""
        body = frame.body
        if body[:4] != b"RIFF" or body[8:12] != b"WEBP" or int.from_bytes(body[4:8], "little") + 8 != len(body):
            raise self._broken("an output that is no WebP")
        name = frame.text("name", longest=16)
        if name not in self._missing:
            raise self._broken(f"nobody asked for {name!r}")
        self._missing.discard(name)
        return Output(
            name=name, content_type=WEBP, width=frame.number("width"), height=frame.number("height"), body=body
        )

    def check_complete(self) -> None:
        """ProcessingFailed ``decoder_crashed`` when a picture never came."""
        if self._missing:
            raise self._broken(f"never made: {sorted(self._missing)}")

    def _broken(self, log: str) -> ProcessingFailed:
        return ProcessingFailed("decoder_crashed", self._sentence, log=log)
