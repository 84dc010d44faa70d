"""Lease: keep an asset ours while we work on it, and stop as soon as it is not."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

from mediadock.processing.source import Source
from mediadock.uploads.conf import conf
from mediadock.uploads.connections import replace_dead_connections
from mediadock.uploads.facts import Stopwatch
from mediadock.uploads.lifecycle import StaleTransitionError, renew_lease

_BEATS_PER_LEASE = 4
_log = logging.getLogger(__name__)


class Lease:
    """One worker's hold on one asset; ``check`` raises ``StaleTransitionError`` once it is lost."""

    def __init__(self, asset_id: int, token: uuid.UUID) -> None:
        self.asset_id = asset_id
        self.token = token
        self._lost = threading.Event()
        self._done = threading.Event()

    def check(self) -> None:
        """Stop here if somebody else has the asset now."""
        if self._lost.is_set():
            raise StaleTransitionError(f"the lease on asset {self.asset_id} is lost")

    def beat_until_done(self) -> None:
        """Renew a few times a lease; a database that is away for a moment is asked again at the next beat."""
        try:
            while not self._done.wait(conf().lease_s / _BEATS_PER_LEASE):
                try:
                    if not renew_lease(self.asset_id, self.token):
                        self._lost.set()
                        return
                except DatabaseError as error:
                    _log.warning("asset %s: no heartbeat: %s", self.asset_id, error)
                    replace_dead_connections()
                finally:
                    connection.close()
        finally:
            connection.close()

    def end(self) -> None:
        """No more heartbeats."""
        self._done.set()


@contextmanager
def held_lease(asset_id: int, token: uuid.UUID) -> Iterator[Lease]:
    """Heartbeats from a thread of their own for as long as the block runs."""
    lease = Lease(asset_id, token)
    beating = threading.Thread(target=lease.beat_until_done, name=f"lease-{asset_id}", daemon=True)
    beating.start()
    try:
        yield lease
    finally:
        lease.end()
        beating.join()


class LeasedSource:
    """A source that stops giving bytes once the lease is lost, which ends the child that reads it.

    ``download`` runs while bytes are waited for.
    """

    def __init__(self, source: Source, lease: Lease, download: Stopwatch) -> None:
        self._source = source
        self._lease = lease
        self._download = download

    @property
    def size_bytes(self) -> int:
        return self._source.size_bytes

    def read(self, offset: int, length: int) -> bytes:
        self._lease.check()
        with self._download.running():
            return self._source.read(offset, length)

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        blocks = self._source.chunks(start)
        while True:
            with self._download.running():
                block = next(blocks, b"")
            self._lease.check()
            if not block:
                return
            yield block
