"""One version of one object, read in any order and through faults, every byte counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from mediadock.storage.errors import DeadlinePassed, StoreUnavailable
from mediadock.storage.s3 import ObjectStore

_BLOCK_BYTES = 256 * 1024
_TRIES_WITHOUT_PROGRESS = 6
_LONGEST_PAUSE_S = 5.0


class PinnedObject:
    """A source for processing: the version ``etag`` of ``key``, or an error, never other or fewer bytes.

    A cut, a stall or a 5xx is tried again from the byte where it happened, with jittered pauses; six tries
    in a row without a new byte, or ``deadline_s`` after it was made, it gives up with StoreUnavailable.
    Raises SourceChanged as soon as the store says that the version is gone, ObjectMissing when the object is.
    Thread-safe; ``bytes_read`` counts what was handed out, repeats included.
    """

    def __init__(self, store: ObjectStore, key: str, *, etag: str, size_bytes: int, deadline_s: float = 3600.0) -> None:
        self.size_bytes = size_bytes
        self.bytes_read = 0
        self._store = store
        self._key = key
        self._etag = etag
        self._deadline = time.monotonic() + deadline_s
        self._counting = threading.Lock()

    def read(self, offset: int, length: int) -> bytes:
        """The ``length`` bytes at ``offset``; fewer at the end only, b"" beyond it."""
        return b"".join(self.chunks(offset, min(offset + length, self.size_bytes)))

    def chunks(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes ``[start, end)`` in blocks of at most 256 KiB, as they arrive."""
        if start < 0:
            raise ValueError("an offset is not negative")
        position = start
        stop = self.size_bytes if end is None else min(end, self.size_bytes)
        failures = 0
        while position < stop:
            try:
                for block in self._blocks(position, stop):
                    position += len(block)
                    failures = 0
                    yield block
            except StoreUnavailable as error:
                failures += 1
                if not error.transient or failures >= _TRIES_WITHOUT_PROGRESS:
                    raise
                self._pause(failures)

    def _blocks(self, position: int, stop: int) -> Iterator[bytes]:
        """One answer's blocks."""
        with self._store.open_range(
            self._key, etag=self._etag, start=position, end=stop, read_timeout_s=self._patience_s()
        ) as reader:
            if reader.size_bytes != stop - position:
                raise StoreUnavailable(log=f"GET object: {reader.size_bytes} bytes offered of {stop - position}")
            while not reader.finished:
                self._patience_s()
                block = reader.read(_BLOCK_BYTES)
                with self._counting:
                    self.bytes_read += len(block)
                yield block

    def _patience_s(self) -> float:
        """How long the next read may take. Raises StoreUnavailable past the deadline."""
        left_s = self._deadline - time.monotonic()
        if left_s <= 0:
            raise DeadlinePassed(log="GET object: the source's deadline has passed")
        return min(left_s, self._store.limits.read_timeout_s)

    def _pause(self, failures: int) -> None:
        time.sleep(min(self._store.limits.pause_s(failures), _LONGEST_PAUSE_S, self._patience_s()))
