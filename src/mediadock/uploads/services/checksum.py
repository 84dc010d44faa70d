"""Checksum: hash the source while it is read, so that a declared SHA-256 costs no second pass where it can."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from mediadock.core.errors import ContentRejected
from mediadock.processing.source import Source


class HashingSource:
    """A source that hashes one whole pass in order; ``hexdigest`` is ``None`` until there was one."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.hexdigest: str | None = None

    @property
    def size_bytes(self) -> int:
        return self._source.size_bytes

    def read(self, offset: int, length: int) -> bytes:
        return self._source.read(offset, length)

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        if start != 0:
            yield from self._source.chunks(start)
            return
        digest = hashlib.sha256()
        seen = 0
        for block in self._source.chunks():
            digest.update(block)
            seen += len(block)
            yield block
        if seen == self.size_bytes:
            self.hexdigest = digest.hexdigest()


def check_sha256(source: HashingSource, declared: str | None) -> str | None:
    """The SHA-256 in hex where it is known, read for it if one was declared (base64).

    Raises ``ContentRejected`` (``checksum_mismatch``) when the bytes are not the declared ones.
    """
    if source.hexdigest is None and declared is not None:
        for _block in source.chunks():
            pass
    if declared is not None and source.hexdigest != base64.b64decode(declared).hex():
        raise ContentRejected("checksum_mismatch", "The file's checksum is not the one that was declared.")
    return source.hexdigest
