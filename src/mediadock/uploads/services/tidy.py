"""Tidy: find objects and open multipart uploads that no record speaks for, older than a grace period.

Three kinds of orphan: a quarantined object whose asset is settled or gone, a published or kept object that no
asset names (a fenced-off attempt's), and a multipart upload whose asset takes no more parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypeVar

from mediadock.core.keys import INCOMING, ORIGINALS, PUBLISHED
from mediadock.core.states import State
from mediadock.storage.shapes import ObjectSummary, OpenUpload
from mediadock.uploads.conf import conf
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.store import object_store

_BATCH = 500
_WAITING = (State.PENDING, State.UPLOADED, State.PROCESSING, State.FAILED)
T = TypeVar("T")


@dataclass(frozen=True)
class Orphans:
    """Keys of orphaned objects, and orphaned multipart uploads."""

    keys: tuple[str, ...]
    uploads: tuple[OpenUpload, ...]


def tidy(*, dry_run: bool = True, strangers: bool = False) -> Orphans:
    """Find the orphans and, unless ``dry_run``, remove them.

    Without ``strangers`` only what belongs to an asset that this database knows: a wrong or restored database
    before a full bucket then removes nothing. With it, also what no asset was ever recorded for.
    """
    store = object_store()
    before = datetime.now(UTC) - timedelta(seconds=conf().orphan_grace_s)
    published = (*_unnamed(PUBLISHED, before, strangers), *_unnamed(ORIGINALS, before, strangers))
    keys = [*_orphaned_uploads(before, strangers), *published]
    uploads = list(_orphaned_multiparts(before, strangers))
    if not dry_run:
        for batch in _batches(keys):
            store.delete(batch)
        for upload in uploads:
            store.abort_multipart(upload.key, upload.upload_id)
    return Orphans(tuple(keys), tuple(uploads))


def _orphaned_uploads(before: datetime, strangers: bool) -> Iterator[str]:
    """Quarantined objects whose asset no longer waits: a replayed PUT, a client that came too late."""
    for batch in _batches(_old(INCOMING, before)):
        keys = [found.key for found in batch]
        states = dict(MediaAsset.objects.filter(object_key__in=keys).values_list("object_key", "state"))
        yield from (key for key in keys if (states[key] not in _WAITING if key in states else strangers))


def _unnamed(prefix: str, before: datetime, strangers: bool) -> Iterator[str]:
    """Objects of ours whose asset is gone, or names another attempt's objects and is not at work."""
    for batch in _batches(_old(prefix, before)):
        owners = {found.key: _asset_id(found.key) for found in batch}
        named: set[str] = set()
        known: set[int] = set()
        busy: set[int] = set()
        # One question: between two an asset could become ready and be in neither answer.
        for asset in MediaAsset.objects.filter(pk__in=set(owners.values())):
            named.update(variant["key"] for variant in asset.variants.values())
            known.add(asset.pk)
            if asset.state == State.PROCESSING:
                busy.add(asset.pk)
        unnamed = ((key, owner) for key, owner in owners.items() if key not in named and owner not in busy)
        yield from (key for key, owner in unnamed if owner in known or strangers)


def _orphaned_multiparts(before: datetime, strangers: bool) -> Iterator[OpenUpload]:
    for batch in _batches(
        found for found in object_store().list_multipart_uploads(INCOMING) if found.initiated < before
    ):
        ids = [found.upload_id for found in batch]
        states = dict(MediaAsset.objects.filter(upload_id__in=ids).values_list("upload_id", "state"))
        for found in batch:
            if states[found.upload_id] != State.PENDING if found.upload_id in states else strangers:
                yield found


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
