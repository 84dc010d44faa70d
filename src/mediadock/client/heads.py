"""Answers whose head has come whole.

``http.client`` takes a connection that ends within the head of an answer for the end of that head, also in the middle
of a line: a ``Content-Length`` of 1 that was 10. Such an answer is no answer.
"""

from __future__ import annotations

from http.client import HTTPException, HTTPResponse
from typing import Any, BinaryIO, cast


class WholeHead(HTTPResponse):
    """``HTTPResponse`` that raises ``HTTPException`` where its head is cut short."""

    def begin(self) -> None:
        """Read the head."""
        whole = self.fp
        self.fp = cast("Any", _WholeLines(cast("BinaryIO", whole)))
        try:
            super().begin()
        finally:
            self.fp = whole


class _WholeLines:
    """The lines of a head, each to its end; nothing at all is left to ``http.client``, which has a name for that."""

    def __init__(self, wire: BinaryIO) -> None:
        self._wire = wire
        self._lines = 0

    def readline(self, limit: int = -1) -> bytes:
        line = self._wire.readline(limit)
        is_cut = not line.endswith(b"\n") and not 0 <= limit <= len(line)
        if is_cut and (line or self._lines):
            raise HTTPException("the head of the answer was cut short")
        self._lines += 1
        return line

    def close(self) -> None:
        self._wire.close()
