"""Reading byte ranges of one pinned version, streaming, with every byte accounted for."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse

from mediadock.storage.answers import error_code
from mediadock.storage.calls import Call, StoreCalls, read_document, refusal
from mediadock.storage.connections import Lease
from mediadock.storage.errors import SourceChanged, StoreUnavailable
from mediadock.storage.shapes import bare_etag, quoted_etag

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class RangeReader:
    """The bytes of one answer; ``size_bytes`` is how many there will be."""

    def __init__(self, response: HTTPResponse, size_bytes: int) -> None:
        self._response = response
        self.size_bytes = size_bytes
        self._left = size_bytes

    @property
    def finished(self) -> bool:
        """Whether every byte has been read."""
        return self._left == 0

    def read(self, size: int) -> bytes:
        """The next bytes, 1 to ``size`` of them, as soon as any are there; b"" at the end only.

        Raises StoreUnavailable when the transfer is cut or stalls: http.client itself would pass a cut
        transfer off as the end.
        """
        if self._left == 0 or size <= 0:
            return b""
        try:
            block = self._response.read1(min(size, self._left))
        except (OSError, HTTPException, ValueError) as error:
            raise StoreUnavailable(log=f"GET object: {type(error).__name__} with {self._left} bytes to come") from None
        if not block:
            raise StoreUnavailable(log=f"GET object: cut with {self._left} bytes to come")
        self._left -= len(block)
        return block


@contextmanager
def open_range(
    calls: StoreCalls, key: str, *, etag: str, start: int, end: int | None, read_timeout_s: float | None = None
) -> Iterator[RangeReader]:
    """A reader of ``[start, end)``; the connection goes back to the pool only if it was read to the end."""
    headers = {"if-match": quoted_etag(etag)}
    if start or end is not None:
        headers["range"] = f"bytes={start}-{'' if end is None else end - 1}"
    call = Call("GET", key, headers=headers)
    try:
        lease, response = calls.open(call, read_timeout_s=read_timeout_s)
    except (OSError, HTTPException) as error:
        raise StoreUnavailable(log=f"{call}: {type(error).__name__}") from None
    if response.status not in (200, 206):
        raise _refused(calls, lease, call, response)
    try:
        reader = _accept(call, response, etag=etag, start=start)
        yield reader
    except BaseException:
        lease.connection.close()
        raise
    if reader.finished:
        response.read()  # nothing is left: this tells http.client so, and the connection is free again
        calls.pool.give_back(lease)
    else:
        lease.connection.close()


def read_range(calls: StoreCalls, key: str, *, etag: str, start: int, end: int) -> bytes:
    """The bytes ``[start, end)``, tried again like every other call."""
    if end <= start:
        return b""
    began = time.monotonic()
    failures = 0
    while True:
        try:
            with open_range(calls, key, etag=etag, start=start, end=end) as reader:
                return _drain(reader)
        except StoreUnavailable as error:
            failures += 1
            pause_s = calls.limits.pause_s(failures)
            spent_s = time.monotonic() - began
            if not error.transient or failures >= calls.limits.attempts or spent_s + pause_s > calls.limits.budget_s:
                raise
            time.sleep(pause_s)


def _drain(reader: RangeReader) -> bytes:
    blocks = []
    while block := reader.read(reader.size_bytes):
        blocks.append(block)
    return b"".join(blocks)


def _refused(calls: StoreCalls, lease: Lease, call: Call, response: HTTPResponse) -> Exception:
    try:
        code = error_code(read_document(response, limit_s=calls.limits.budget_s))
    except (OSError, HTTPException):
        lease.connection.close()
        code = ""
    else:
        calls.pool.give_back(lease)
    return refusal(call, response.status, code)


def _accept(call: Call, response: HTTPResponse, *, etag: str, start: int) -> RangeReader:
    """Believe the answer only if it is the version and the range that were asked for."""
    if bare_etag(response.headers["ETag"] or "") != bare_etag(etag):
        raise SourceChanged(log=f"{call}: another ETag in the answer")
    if response.length is None:
        raise StoreUnavailable(log=f"{call}: an answer without length")
    if response.status == 206:
        given = _CONTENT_RANGE.fullmatch(response.headers["Content-Range"] or "")
        if given is None or int(given[1]) != start or int(given[2]) - start + 1 != response.length:
            raise StoreUnavailable(log=f"{call}: another range in the answer")
    elif "range" in call.headers:
        raise StoreUnavailable(log=f"{call}: the whole object for a range")
    return RangeReader(response, response.length)
