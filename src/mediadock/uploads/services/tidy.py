"""Tidy: find objects and open multipart uploads that no record speaks for, older than a grace period.

Three kinds of orphan: a quarantined object whose asset is settled or gone, a published or kept object that no
asset names (a fenced-off attempt's), and a multipart upload whose asset takes no more parts, or that a worker left.

The store is listed page by page. What a page holds is judged by the database when it is its turn and removed right
after that, so however long the listing takes, nothing is removed on an old judgement. Any number may run at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypeVar

from mediadock.core.keys import INCOMING, ORIGINALS, PUBLISHED
from mediadock.core.states import NEEDS_UPLOAD, State
from mediadock.storage.errors import StoreRefused, StoreUnavailable, UploadMissing
from mediadock.storage.shapes import ObjectSummary, OpenUpload
from mediadock.uploads.conf import conf
from mediadock.uploads.crashpoints import crash_point
from mediadock.uploads.facts import Found, tell
from mediadock.uploads.models import Event, MediaAsset
from mediadock.uploads.relay import give_back
from mediadock.uploads.services.delete import DELETED
from mediadock.uploads.store import object_store

_BATCH = 500
_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Orphan:
    """An object, or with an ``upload_id`` the parts of a multipart upload, that nobody will ask for again."""

    key: str
    size_bytes: int
    upload_id: str | None = None


def tidy(*, dry_run: bool = True, strangers: bool = False) -> list[Orphan]:
    """Find the orphans and, unless ``dry_run``, remove them.

    Without ``strangers`` only what belongs to an asset that this database knows or knew: a wrong or restored database
    before a full bucket then removes nothing. With it, also what no asset was ever recorded for. A multipart upload
    that outlives its abort is left to the next time.
    """
    before = datetime.now(UTC) - timedelta(seconds=conf().orphan_grace_s)
    found = []
    for judge, prefix in ((_orphaned_uploads, INCOMING), (_unnamed, PUBLISHED), (_unnamed, ORIGINALS)):
        for objects in _batches(_old(prefix, before)):
            keys = judge(objects, strangers)
            if keys and not dry_run:
                object_store().delete(keys)
                crash_point("orphans_removed")
            sizes = {one.key: one.size_bytes for one in objects}
            found += [Orphan(key, sizes[key]) for key in keys]
    for judge_open, prefix in ((_orphaned_multiparts, INCOMING), (_broken_off, PUBLISHED), (_broken_off, ORIGINALS)):
        for uploads in _batches(_old_open(prefix, before)):
            found += [_orphan(upload, dry_run=dry_run) for upload in judge_open(uploads, strangers)]
    if not dry_run:
        multiparts = sum(orphan.upload_id is not None for orphan in found)
        tell(Found({"orphaned_object": len(found) - multiparts, "orphaned_multipart": multiparts}))
    return found


def _old_open(prefix: str, before: datetime) -> Iterator[OpenUpload]:
    try:
        yield from (upload for upload in object_store().list_multipart_uploads(prefix) if upload.initiated < before)
    except StoreRefused as error:
        if prefix == INCOMING:
            raise
        # SeaweedFS wants a right to read for this, which the sweeper has in quarantine alone.
        _log.info("open uploads below %s are left to the bucket's rule: %s", prefix, error)


def _orphan(upload: OpenUpload, *, dry_run: bool) -> Orphan:
    ours = not upload.key.startswith(INCOMING)
    try:
        parts = object_store().list_parts(upload.key, upload.upload_id)
    except UploadMissing:
        parts = []  # ended while we looked, or with nothing but its name left
    except StoreRefused:
        if not ours:
            raise
        parts = []  # the sweeper has no right to read what is published, and needs none: their bytes are not told
    if not dry_run:
        try:
            if ours:
                object_store().abort_multipart(upload.key, upload.upload_id)  # whoever sent parts of it died long ago
                crash_point("orphans_removed")
            else:
                give_back(upload.key, upload.upload_id)
        except StoreUnavailable as error:
            if error.transient and not parts:
                raise
            _log.warning("%s: its parts stay for now: %s", upload.key, error)
    return Orphan(upload.key, sum(part.size_bytes for part in parts), upload.upload_id)


def _orphaned_uploads(batch: list[ObjectSummary], strangers: bool) -> list[str]:
    """Quarantined objects whose asset no longer waits: a replayed PUT, a client that came too late."""
    keys = [found.key for found in batch]
    states = dict(MediaAsset.objects.filter(object_key__in=keys).values_list("object_key", "state"))
    return [key for key in keys if (states[key] not in NEEDS_UPLOAD if key in states else strangers)]


def _unnamed(batch: list[ObjectSummary], strangers: bool) -> list[str]:
    """Objects of ours whose asset is gone, or names another attempt's objects and is not at work."""
    return _of_nobody([found.key for found in batch], strangers)


def _broken_off(batch: list[OpenUpload], strangers: bool) -> list[OpenUpload]:
    """What a worker was storing in parts when it died: an original beyond 5 GiB, or a film of ours."""
    keys = set(_of_nobody([found.key for found in batch], strangers))
    return [found for found in batch if found.key in keys]


def _of_nobody(keys: Iterable[str], strangers: bool) -> list[str]:
    """Those of our own keys that no asset names, and whose asset is not at work."""
    owners = {key: _asset_id(key) for key in keys}
    named: set[str] = set()
    known: set[int] = set()
    busy: set[int] = set()
    # One question: between two an asset could become ready and be in neither answer.
    for asset in MediaAsset.objects.filter(pk__in=set(owners.values())):
        named.update(variant["key"] for variant in asset.variants.values())
        known.add(asset.pk)
        if asset.state == State.PROCESSING:
            busy.add(asset.pk)
    known |= _deleted(set(owners.values()) - known)
    unnamed = ((key, owner) for key, owner in owners.items() if key not in named and owner not in busy)
    return [key for key, owner in unnamed if owner in known or strangers]


def _deleted(asset_ids: set[int]) -> set[int]:
    """Which of these were our assets and are deleted, as their owners were told: a worker that died may have left
    pictures of one that its row never named."""
    if not asset_ids:
        return set()
    told = Event.objects.filter(asset_id__in=asset_ids, data__state=DELETED)
    return {asset_id for asset_id in told.values_list("asset_id", flat=True) if asset_id is not None}


def _orphaned_multiparts(batch: list[OpenUpload], strangers: bool) -> list[OpenUpload]:
    ids = [found.upload_id for found in batch]
    states = dict(MediaAsset.objects.filter(upload_id__in=ids).values_list("upload_id", "state"))
    return [
        found
        for found in batch
        if (states[found.upload_id] != State.PENDING if found.upload_id in states else strangers)
    ]


def _old(prefix: str, before: datetime) -> Iterator[ObjectSummary]:
    return (found for found in object_store().list_objects(prefix) if found.last_modified < before)


def _asset_id(key: str) -> int:
    """The asset in ``media/{asset}/…`` or ``originals/{asset}/…``; 0, which is nobody's, for a foreign key."""
    name = key.split("/")[1]
    return int(name) if name.isdecimal() else 0


def _batches(found: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(found)
    while batch := list(islice(rest, _BATCH)):
        yield batch
