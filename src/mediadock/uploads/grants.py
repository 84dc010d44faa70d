"""Grants: the presigned addresses that let a client send one file's bytes, or one page of its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mediadock.core.parts import MAX_BATCH_COUNT, PartPlan, page_of
from mediadock.storage.presign import PartRange
from mediadock.uploads.conf import conf
from mediadock.uploads.facts import Presigned, tell
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.store import presigner


@dataclass(frozen=True)
class Batch:
    """One page of part addresses, one for each part from number ``start`` on."""

    start: int
    urls: Sequence[str]


@dataclass(frozen=True)
class Grant:
    """What a client needs to send one file. ``put_url`` and ``headers`` are direct, the rest multipart."""

    asset_id: int
    object_key: str
    expires_at: datetime
    put_url: str | None = None
    headers: Mapping[str, str] | None = None
    upload_id: str | None = None
    plan: PartPlan | None = None
    batch: Batch | None = None


def plan_of(asset: MediaAsset) -> PartPlan | None:
    """The asset's part plan; ``None`` for a direct upload."""
    if asset.part_size_bytes is None or asset.num_parts is None:
        return None
    return PartPlan(asset.size_bytes, asset.part_size_bytes, asset.num_parts)


def grant_upload(asset: MediaAsset, *, start: int = 1, count: int = MAX_BATCH_COUNT) -> Grant:
    """Sign a direct PUT, or the page of at most ``count`` parts from ``start``."""
    plan = plan_of(asset)
    page = page_of(plan or PartPlan(asset.size_bytes, asset.size_bytes, 1), start=start, count=count)
    if plan is None or asset.upload_id is None:
        return _grant_direct(asset)
    return _grant_parts(asset, asset.upload_id, plan, page)


def _grant_direct(asset: MediaAsset) -> Grant:
    now = datetime.now(UTC)
    expires_s = conf().url_expiry_s
    put = presigner().put_object(
        asset.object_key,
        content_type=asset.declared_type,
        content_length=asset.size_bytes,
        checksum_sha256=asset.checksum_sha256,
        expires_s=expires_s,
        now=now,
    )
    tell(Presigned("put", 1))
    return Grant(
        asset_id=asset.pk,
        object_key=asset.object_key,
        expires_at=now + timedelta(seconds=expires_s),
        put_url=put.url,
        headers=put.headers,
    )


def _grant_parts(asset: MediaAsset, upload_id: str, plan: PartPlan, numbers: range) -> Grant:
    now = datetime.now(UTC)
    expires_s = conf().part_url_expiry_s
    urls = presigner().upload_parts(
        asset.object_key,
        upload_id,
        [PartRange(number, plan.size_of(number)) for number in numbers],
        expires_s=expires_s,
        now=now,
    )
    tell(Presigned("part", len(urls)))
    return Grant(
        asset_id=asset.pk,
        object_key=asset.object_key,
        expires_at=now + timedelta(seconds=expires_s),
        upload_id=upload_id,
        plan=plan,
        batch=Batch(numbers.start, urls),
    )
