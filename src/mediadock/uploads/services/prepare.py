"""Prepare: check what is declared, record it in one statement, sign the addresses.

All or nothing: one refused file refuses all, and nothing is created anywhere.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from uuid import uuid4

from django.db import transaction

from mediadock.core.errors import FieldError, Malformed, MediadockError
from mediadock.core.keys import holds_the_id, incoming_key
from mediadock.core.policy import Declared, UploadPlan, plan_upload
from mediadock.core.profiles import Profile
from mediadock.core.states import State
from mediadock.uploads.connections import give_connection_back
from mediadock.uploads.crashpoints import crash_point
from mediadock.uploads.facts import Granted, Stopwatch, tell
from mediadock.uploads.grants import Grant, grant_upload
from mediadock.uploads.links import ExistingLink, NewLink
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.recording import record_prepared, reserve_ids
from mediadock.uploads.store import object_store
from mediadock.uploads.together import recording


@dataclass(frozen=True)
class Prepared:
    """The link's id, where there is a link, and a grant for every file in the order asked."""

    link_id: int | None
    grants: tuple[Grant, ...]


def prepare_uploads(
    *,
    owner_id: int,
    profile: Profile,
    declared: Sequence[Declared],
    audience: Sequence[int],
    link: NewLink | ExistingLink | None = None,
    fields_prefix: str = "",
    key_fields: Mapping[str, str | int] = MappingProxyType({}),
    asset_ids: Sequence[int] | None = None,
) -> Prepared:
    """Create the assets, tell their audience, and answer with addresses for their bytes.

    ``fields_prefix`` (``attachments.``) goes before the index in the errors of a batch; ``key_fields`` fill the names
    of the profile's key layout that are the surface's own; ``asset_ids`` were reserved before. Raises what
    ``plan_upload`` raises, ``TooMany`` and ``TooLarge`` over the owner's limits, ``NotFound`` when the link names
    somebody who does not exist, ``Unavailable`` when the store does not answer.
    """
    began_at = time.time()
    plans = _plan_all(profile, declared, fields_prefix)
    assets = [
        _asset(plan, asset_id=asset_id, owner_id=owner_id, profile=profile, link=link, key_fields=key_fields)
        for asset_id, plan in zip(asset_ids or _ids_for(profile, plans), plans, strict=True)
    ]
    try:
        _open_multiparts(assets)
        with recording(), link.held() if isinstance(link, ExistingLink) else nullcontext():
            record_prepared(assets, owner_id=owner_id, profile=profile, audience=audience, link=link)
    except BaseException:
        _give_back(assets)
        raise
    grants = tuple(grant_upload(asset) for asset in assets)
    ended_at = time.time()
    watch = Stopwatch(began_at, ended_at, ended_at - began_at)
    transaction.on_commit(lambda: tell(Granted(assets, watch)))
    return Prepared(assets[0].link_id, grants)


def _ids_for(profile: Profile, plans: Sequence[UploadPlan]) -> Sequence[int | None]:
    """Ids before the insert where the store must know keys that hold them; otherwise the insert numbers the assets."""
    if not holds_the_id(profile.key_layout) or all(plan.parts is None for plan in plans):
        return [None] * len(plans)
    return reserve_ids(len(plans))


def _plan_all(profile: Profile, declared: Sequence[Declared], prefix: str) -> list[UploadPlan]:
    if not 1 <= len(declared) <= profile.max_files:
        sentence = f"Between 1 and {profile.max_files} files can be sent at once."
        error = FieldError(prefix.rstrip(".") or "files", "file_count_invalid", sentence)
        raise Malformed("file_count_invalid", sentence, errors=[error])
    plans: list[UploadPlan] = []
    refusals: list[MediadockError] = []
    for index, one in enumerate(declared):
        try:
            plans.append(plan_upload(profile, one))
        except MediadockError as refusal:
            place = f"{prefix}{index}." if prefix else ""
            refusal.errors = tuple(replace(error, field=place + error.field) for error in refusal.errors)
            refusals.append(refusal)
    if refusals:
        first = refusals[0]
        first.errors = tuple(error for refusal in refusals for error in refusal.errors)
        raise first
    return plans


def _asset(
    plan: UploadPlan,
    *,
    asset_id: int | None,
    owner_id: int,
    profile: Profile,
    link: NewLink | ExistingLink | None,
    key_fields: Mapping[str, str | int],
) -> MediaAsset:
    now = datetime.now(UTC)
    key = incoming_key(
        profile.key_layout,
        owner_id=owner_id,
        asset_id=asset_id,
        slug=plan.slug,
        now=now,
        unique=str(uuid4()),
        fields=key_fields,
    )
    return MediaAsset(
        id=asset_id,
        owner_id=owner_id,
        profile=profile.name,
        kind=plan.file_type.kind.value,
        link_kind=link.kind if link else None,
        link_id=link.link_id if isinstance(link, ExistingLink) else None,
        file_name=plan.file_name,
        declared_type=plan.content_type,
        size_bytes=plan.size_bytes,
        checksum_sha256=plan.checksum_sha256,
        object_key=key,
        part_size_bytes=plan.parts.part_size_bytes if plan.parts else None,
        num_parts=plan.parts.num_parts if plan.parts else None,
        state=State.PENDING.value,
        # as the database sets them: Django would make an expression of each that is left out
        hinted_at=now,
        due_at=now,
        created_at=now,
        updated_at=now,
    )


def _open_multiparts(assets: Sequence[MediaAsset]) -> None:
    in_parts = [asset for asset in assets if asset.num_parts is not None]
    if in_parts:
        give_connection_back()
    for asset in in_parts:
        asset.upload_id = object_store().create_multipart(asset.object_key, content_type=asset.declared_type)
        crash_point("multipart_opened")


def _give_back(assets: Sequence[MediaAsset]) -> None:
    """Abort what was opened on the store; what cannot be aborted now, the sweeper finds."""
    for asset in assets:
        if asset.upload_id is not None:
            try:
                object_store().abort_multipart(asset.object_key, asset.upload_id)
            except MediadockError:
                return
