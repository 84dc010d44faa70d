"""Answers whose head has come whole.

``http.client`` takes a connection that ends within the head of an answer for the end of that head, also in the middle
of a line: a ``Content-Length`` of 12 that was 12345. Such an answer is no answer.
"""

from __future__ import annotations

from http.client import HTTPException, HTTPResponse
from typing import Any, BinaryIO, cast


class WholeHead(HTTPResponse):
    """``HTTPResponse`` that raises ``HTTPException`` where its head is cut short."""

    def begin(self) -> None:
        """Read the head."""
        whole = self.fp
        self.fp = cast("Any", _Lines(cast("BinaryIO", whole)))
        try:
            super().begin()
        finally:
            self.fp = whole


class _Lines:
    """Lines that end, but for the first: a connection that says nothing at all was closed while it was idle."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._begun = False

    def readline(self, limit: int = -1) -> bytes:
        line = self._source.readline(limit)
        if not line.endswith(b"\n") and (line or self._begun) and (limit < 0 or len(line) < limit):
            raise HTTPException("an answer's head was cut short")
        self._begun = True
        return line

    def close(self) -> None:
        self._source.close()
