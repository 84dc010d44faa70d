"""Publish: put what we made under this attempt's own keys. Only objects that we wrote are ever shown."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from typing import Any, BinaryIO

from mediadock.core.filetypes import Kind, extension_of
from mediadock.core.keys import original_key, published_key, published_prefix
from mediadock.core.names import slug_of
from mediadock.core.profiles import profile_named
from mediadock.processing.image.model import Output
from mediadock.uploads.connections import replace_dead_connections
from mediadock.uploads.crashpoints import crash_point
from mediadock.uploads.facts import Stopwatch
from mediadock.uploads.lifecycle import record_variants
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.lease import Lease
from mediadock.uploads.store import object_store

_IMMUTABLE = "max-age=31536000, immutable"
ORIGINAL = "original"
FILE = "file"
_ATTACHMENT_TYPE = "application/octet-stream"


class Publisher:
    """Stores the variants of one attempt; the first picture that is stored is told at once.

    ``watch`` runs while the store takes them.
    """

    def __init__(self, asset: MediaAsset, lease: Lease) -> None:
        self.watch = Stopwatch()
        self.variants: dict[str, dict[str, Any]] = {}
        self._asset = asset
        self._lease = lease
        self._learned: dict[str, Any] = {}
        self._audience = "public" if profile_named(asset.profile).public else "private"
        self._nonce = secrets.token_urlsafe(12)
        self._prefix = published_prefix(asset_id=asset.pk, attempt=asset.attempt, nonce=self._nonce)

    def learn(self, **facts: object) -> None:
        """Facts that are told together with the first picture, before all is done."""
        self._learned |= facts

    def put_picture(self, output: Output) -> None:
        """Store one picture of ours; the first one is told at once."""
        key = self._put(output.name, output.content_type, output.body, size_bytes=len(output.body))
        self.variants[output.name] = {
            "key": key,
            "content_type": output.content_type,
            "width": output.width,
            "height": output.height,
            "size_bytes": len(output.body),
        }
        if len(self.variants) == 1:
            replace_dead_connections()
            record_variants(self._asset.pk, self._lease.token, self.variants, **self._learned)

    def put_file(
        self, name: str, content_type: str, file: BinaryIO, *, width: int | None = None, height: int | None = None
    ) -> None:
        """Store one film or sound of ours, straight from the file that its child wrote."""
        size_bytes = os.fstat(file.fileno()).st_size
        key = self._put(name, content_type, file, size_bytes=size_bytes)
        self.variants[name] = {
            "key": key,
            "content_type": content_type,
            "width": width,
            "height": height,
            "size_bytes": size_bytes,
        }

    def _put(self, name: str, content_type: str, body: bytes | BinaryIO, *, size_bytes: int) -> str:
        self._lease.check()
        key = published_key(self._prefix, variant=name, extension=extension_of(content_type))
        with self.watch.running():
            object_store().put(
                key,
                body,
                content_type=content_type,
                size_bytes=size_bytes,
                cache_control=f"{self._audience}, {_IMMUTABLE}",
            )
        crash_point("variant_stored")
        return key

    def keep_original(self, content_type: str) -> None:
        """Have the store copy the verified version of the original; documents are shown as that copy.

        The copy is taken from the pinned ETag, so nothing that arrived later can be kept.
        """
        self._lease.check()
        asset = self._asset
        key = original_key(asset_id=asset.pk, attempt=asset.attempt, nonce=self._nonce, slug=slug_of(asset.file_name))
        with self.watch.running():
            object_store().copy(
                asset.object_key,
                key,
                etag=asset.etag or "",
                content_type=_ATTACHMENT_TYPE,
                content_disposition="attachment",
                size_bytes=asset.size_bytes,
            )
        crash_point("original_copied")
        kept = {"key": key, "content_type": _ATTACHMENT_TYPE, "size_bytes": asset.size_bytes, "attachment": True}
        self.variants[ORIGINAL] = kept
        if asset.kind == Kind.FILE:
            self.variants[FILE] = {**kept, "content_type": content_type}

    def discard(self, *, shown: Collection[str]) -> None:
        """Remove what was stored by an attempt that did not end well, but for the keys that are ``shown`` after all."""
        keys = [variant["key"] for variant in self.variants.values()]
        object_store().delete([key for key in keys if key not in shown])
        crash_point("variants_discarded")
