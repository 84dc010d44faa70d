"""ObjectStore: every call that Mediadock makes to its S3-compatible store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO

from mediadock.storage import bucket, copying, lifecycle, listing, multipart, objects, probing, ranges
from mediadock.storage.calls import CallLimits, StoreCalls
from mediadock.storage.config import StoreConfig
from mediadock.storage.shapes import CompletedPart, ObjectHead, ObjectPage, ObjectSummary, OpenUpload, StoredPart


class ObjectStore:
    """The store of one bucket. Thread-safe; may be made before a fork.

    Keys and ETags are plain strings, ETags without quotes. Every method may raise ``StoreUnavailable`` when
    the store gives no answer in the attempts and the time allowed (``CallLimits``), and its subclass
    ``StoreRefused`` when it does not believe us. Calls are repeated after connection errors and 5xx: all of
    them have the same effect twice.
    """

    def __init__(self, config: StoreConfig, *, limits: CallLimits | None = None) -> None:
        self.config = config
        self.limits = limits or CallLimits()
        self._calls = StoreCalls(config, self.limits)

    def create_multipart(self, key: str, *, content_type: str) -> str:
        """Begin a multipart upload and return its id."""
        return multipart.create(self._calls, key, headers={"content-type": content_type})

    def complete_multipart(self, key: str, upload_id: str, parts: Sequence[CompletedPart]) -> str:
        """Assemble the object and return its ETag; parts may be given in any order.

        Raises PartsMismatch (wrong ETag, part not there, part too small: the upload stays usable) and
        UploadMissing. The latter may also mean that an earlier call has completed it: look with ``head``.
        """
        return multipart.complete(self._calls, key, upload_id, parts)

    def abort_multipart(self, key: str, upload_id: str) -> None:
        """Forget the upload and its parts; idempotent. A part in flight may land after it: abort again."""
        multipart.abort(self._calls, key, upload_id)

    def list_parts(self, key: str, upload_id: str) -> list[StoredPart]:
        """All parts that have arrived, by number. Raises UploadMissing."""
        return multipart.list_parts(self._calls, key, upload_id)

    def head(self, key: str, *, etag: str | None = None) -> ObjectHead:
        """The object's size, ETag and type. Raises ObjectMissing; SourceChanged if it is not version ``etag``."""
        return objects.head(self._calls, key, etag=etag)

    def read_range(self, key: str, *, etag: str, start: int, end: int) -> bytes:
        """The bytes ``[start, end)`` of version ``etag``, fewer if the object ends before.

        Raises ObjectMissing, SourceChanged.
        """
        return ranges.read_range(self._calls, key, etag=etag, start=start, end=end)

    def open_range(
        self, key: str, *, etag: str, start: int = 0, end: int | None = None, read_timeout_s: float | None = None
    ) -> AbstractContextManager[ranges.RangeReader]:
        """A reader of the bytes ``[start, end)`` of version ``etag``, one connection, one attempt.

        Entering raises ObjectMissing, SourceChanged, StoreUnavailable; reading raises StoreUnavailable if
        the transfer is cut: never a short result without an error.
        """
        return ranges.open_range(self._calls, key, etag=etag, start=start, end=end, read_timeout_s=read_timeout_s)

    def put(
        self,
        key: str,
        body: bytes | BinaryIO,
        *,
        content_type: str,
        size_bytes: int,
        cache_control: str | None = None,
        content_disposition: str | None = None,
    ) -> str:
        """Store ``body`` whole and return its ETag. A file must be seekable and is read from its beginning.

        Raises ValueError if the body is not ``size_bytes`` long.
        """
        return objects.put(
            self._calls,
            key,
            body,
            size_bytes=size_bytes,
            headers=objects.metadata(content_type, cache_control, content_disposition),
        )

    def copy(
        self,
        src_key: str,
        dst_key: str,
        *,
        etag: str,
        content_type: str,
        content_disposition: str | None,
        size_bytes: int,
    ) -> str:
        """Have the store copy version ``etag`` of ``src_key``, with metadata of ours; return the copy's ETag.

        In parts above 5 GiB, S3's limit for one copy. Raises ObjectMissing, SourceChanged.
        """
        return copying.copy(
            self._calls,
            src_key,
            dst_key,
            etag=etag,
            size_bytes=size_bytes,
            headers=objects.metadata(content_type, None, content_disposition),
        )

    def delete(self, keys: Sequence[str]) -> None:
        """Delete the objects; those not there are deleted already."""
        objects.delete(self._calls, keys)

    def list_objects(self, prefix: str) -> Iterator[ObjectSummary]:
        """The objects whose key begins with ``prefix``, by key."""
        return listing.list_objects(self._calls, prefix)

    def list_page(self, prefix: str, *, after: str = "", limit: int = 1000) -> ObjectPage:
        """One call: at most ``limit`` of these objects, those behind the key ``after``."""
        return listing.list_page(self._calls, prefix, after=after, limit=limit)

    def list_multipart_uploads(self, prefix: str) -> Iterator[OpenUpload]:
        """The uploads begun below ``prefix`` and neither completed nor aborted."""
        return listing.list_multipart_uploads(self._calls, prefix)

    def ensure_bucket(self, *, cors_origins: Sequence[str]) -> None:
        """Make the bucket if it is not there, and set its CORS and life-cycle rules."""
        bucket.ensure_bucket(self.config, cors_origins=cors_origins)

    def abandoned_uploads_end_after(self, prefix: str) -> int | None:
        """The days after which the bucket's own rules abort an upload below ``prefix``, None for never."""
        return lifecycle.abandoned_uploads_end_after(self._calls, prefix)

    def ping(self) -> None:
        """Return if the bucket is there and lets us in. Raises StoreUnavailable."""
        objects.ping(self._calls)

    def probe_conditional_put(self) -> bool:
        """Whether of 32 racing PUTs with ``If-None-Match: *`` exactly one wins, as it must."""
        return probing.probe_conditional_put(self._calls)

    def close(self) -> None:
        """Close the idle connections; the store stays usable."""
        self._calls.pool.close()
