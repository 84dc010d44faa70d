"""Answers whose head has come whole.

``http.client`` takes a connection that ends within the head of an answer for the end of that head, also in the middle
of a line: a ``Content-Length`` of 12 that was 12345. Such an answer is no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Protocol


class Head(Protocol):
    """An answer of ``http.client``, which reads its head line by line from ``fp``."""

    fp: Any


@contextmanager
def whole_head(answer: Head, *, broken: Callable[[str], Exception]) -> Iterator[None]:
    """While the head of ``answer`` is read: raises what ``broken`` makes of a sentence where it is cut short."""
    whole = answer.fp
    answer.fp = _Lines(whole, broken)
    try:
        yield
    finally:
        answer.fp = whole


class _Lines:
    """Lines that end, but for the first: a connection that says nothing at all was closed while it was idle."""

    def __init__(self, source: BinaryIO, broken: Callable[[str], Exception]) -> None:
        self._source = source
        self._broken = broken
        self._begun = False

    def readline(self, limit: int = -1) -> bytes:
        line = self._source.readline(limit)
        if not line.endswith(b"\n") and (line or self._begun) and (limit < 0 or len(line) < limit):
            raise self._broken("an answer's head was cut short")
        self._begun = True
        return line

    def close(self) -> None:
        self._source.close()
