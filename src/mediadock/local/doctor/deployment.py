"""The deployment under examination: its settings, and the ways into its store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from mediadock.local.doctor.door import Reply, knock
from mediadock.local.doctor.probes import Probes
from mediadock.storage.calls import CallLimits
from mediadock.storage.presign import PresignedPut, Presigner
from mediadock.storage.s3 import ObjectStore
from mediadock.uploads.conf import MediadockSettings

_LIMITS = CallLimits(connect_timeout_s=3, read_timeout_s=8, complete_timeout_s=20, transfer_timeout_s=30, attempts=2)
_EXPIRES_S = 300
TYPE = "application/octet-stream"


@dataclass(frozen=True)
class Deployment:
    """``store`` is reached as our processes do, ``presigner`` signs for the address that browsers use.

    ``origins`` are the pages that may use the store, as ``ensure_bucket`` takes them.
    """

    conf: MediadockSettings
    origins: tuple[str, ...]
    broker_url: str
    store: ObjectStore
    presigner: Presigner
    probes: Probes

    @classmethod
    def of(cls, conf: MediadockSettings, *, origins: tuple[str, ...], broker_url: str) -> Deployment:
        """By these settings."""
        store = ObjectStore(conf.store, limits=_LIMITS)
        return cls(conf, origins, broker_url, store, Presigner(conf.store, public=True), Probes(store))

    @property
    def public_endpoint(self) -> str:
        """Where browsers reach the store, without a slash at the end."""
        return (self.conf.store.public_endpoint_url or self.conf.store.endpoint_url).rstrip("/")

    def signed_put(
        self, key: str, *, length: int, content_type: str = TYPE, checksum: str | None = None
    ) -> PresignedPut:
        """A presigned PUT as the API gives one."""
        return self.presigner.put_object(
            key,
            content_type=content_type,
            content_length=length,
            checksum_sha256=checksum,
            expires_s=_EXPIRES_S,
            now=datetime.now(UTC),
        )

    def put_publicly(self, key: str, body: bytes) -> Reply:
        """What the store says to a browser's PUT that keeps to all that was signed."""
        signed = self.signed_put(key, length=len(body))
        return knock("PUT", signed.url, body=body, headers=signed.headers)

    def put(self, key: str, body: bytes) -> str:
        """Put an object as a worker does; gives its ETag."""
        return self.store.put(key, body, content_type=TYPE, size_bytes=len(body))
