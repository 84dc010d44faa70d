"""The objects that the checks put into the store: all below one prefix of this run, and gone when it ends."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from mediadock.core.errors import MediadockError
from mediadock.storage.s3 import ObjectStore
from mediadock.uploads.heartbeats import PROBES

_LEFT_BEHIND = timedelta(hours=1)
"""Older probes are those of a doctor that was killed; younger ones may be another's."""


class Probes:
    """Keys for one run."""

    def __init__(self, store: ObjectStore) -> None:
        self.prefix = f"{PROBES}{secrets.token_hex(8)}/"
        self._store = store
        self._used = False

    def key(self, name: str) -> str:
        """A key that nobody else has; ``name`` says what for."""
        self._used = True
        return f"{self.prefix}{name}-{secrets.token_hex(4)}"

    def clear(self) -> None:
        """Remove what this run left, and what killed ones did. A store that is away keeps it until the next time."""
        if not self._used:
            return
        with suppress(MediadockError):
            for upload in self._store.list_multipart_uploads(PROBES):
                if self._may_go(upload.key, upload.initiated):
                    self._store.abort_multipart(upload.key, upload.upload_id)
        with suppress(MediadockError):
            found = self._store.list_objects(PROBES)
            keys = [thing.key for thing in found if self._may_go(thing.key, thing.last_modified)]
            if keys:
                self._store.delete(keys)

    def _may_go(self, key: str, since: datetime) -> bool:
        return key.startswith(self.prefix) or datetime.now(UTC) - since > _LEFT_BEHIND
