"""Publish: put what we made under this attempt's own keys. Only objects that we wrote are ever shown."""

from __future__ import annotations

import secrets
from typing import Any

from mediadock.core.filetypes import Kind, extension_of
from mediadock.core.keys import original_key, published_key, published_prefix
from mediadock.core.names import slug_of
from mediadock.core.profiles import profile_named
from mediadock.processing.image.model import Output
from mediadock.uploads.connections import replace_dead_connections
from mediadock.uploads.lifecycle import record_variants
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.lease import Lease
from mediadock.uploads.store import object_store

_IMMUTABLE = "max-age=31536000, immutable"
ORIGINAL = "original"
FILE = "file"
_ATTACHMENT_TYPE = "application/octet-stream"


class Publisher:
    """Stores the variants of one attempt; the first one that is stored is told at once."""

    def __init__(self, asset: MediaAsset, lease: Lease) -> None:
        self.variants: dict[str, dict[str, Any]] = {}
        self._asset = asset
        self._lease = lease
        self._audience = "public" if profile_named(asset.profile).public else "private"
        self._nonce = secrets.token_urlsafe(12)
        self._prefix = published_prefix(asset_id=asset.pk, attempt=asset.attempt, nonce=self._nonce)

    def put_picture(self, output: Output) -> None:
        """Store one picture of ours."""
        self._lease.check()
        key = published_key(self._prefix, variant=output.name, extension=extension_of(output.content_type))
        object_store().put(
            key,
            output.body,
            content_type=output.content_type,
            size_bytes=len(output.body),
            cache_control=f"{self._audience}, {_IMMUTABLE}",
        )
        self.variants[output.name] = {
            "key": key,
            "content_type": output.content_type,
            "width": output.width,
            "height": output.height,
            "size_bytes": len(output.body),
        }
        if len(self.variants) == 1:
            replace_dead_connections()
            record_variants(self._asset.pk, self._lease.token, self.variants)

    def keep_original(self, content_type: str) -> None:
        """Have the store copy the verified version of the original; documents are shown as that copy.

        The copy is taken from the pinned ETag, so nothing that arrived later can be kept.
        """
        self._lease.check()
        asset = self._asset
        key = original_key(asset_id=asset.pk, attempt=asset.attempt, nonce=self._nonce, slug=slug_of(asset.file_name))
        object_store().copy(
            asset.object_key,
            key,
            etag=asset.etag or "",
            content_type=_ATTACHMENT_TYPE,
            content_disposition="attachment",
            size_bytes=asset.size_bytes,
        )
        kept = {"key": key, "content_type": _ATTACHMENT_TYPE, "size_bytes": asset.size_bytes, "attachment": True}
        self.variants[ORIGINAL] = kept
        if asset.kind == Kind.FILE:
            self.variants[FILE] = {**kept, "content_type": content_type}

    def discard(self) -> None:
        """Remove what was stored by an attempt that did not end well."""
        object_store().delete([variant["key"] for variant in self.variants.values()])
