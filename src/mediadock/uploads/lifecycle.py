"""The only writer of ``MediaAsset.state``.

``transition`` is compare-and-set: it moves an asset only from a state that may be followed by the next one, and,
where a lease guards it, only for the worker that holds the lease. The row, the owner's ledger, the linked thing
(by the profile's hook), the events of everybody concerned, the milestone and the outbox change in the same
transaction, or not at all.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from mediadock.core.filetypes import Kind
from mediadock.core.links import link_kind_named
from mediadock.core.profiles import LinkedAsset, profile_named
from mediadock.core.states import GONE, OCCUPIES_BYTES, TRANSITIONS, State
from mediadock.uploads import milestones, outbox, turns
from mediadock.uploads.conf import conf
from mediadock.uploads.connections import DATABASE_AWAY, outlasting_the_database
from mediadock.uploads.crashpoints import committing, one_statement
from mediadock.uploads.events import append_event
from mediadock.uploads.facts import Moved, tell
from mediadock.uploads.models import Ledger, MediaAsset
from mediadock.uploads.snapshot import snapshot

_SETTLED = frozenset({State.READY, State.FAILED, State.REJECTED}) | GONE
_WAITS = frozenset({State.UPLOADED, State.PROCESSING})
"""Moved here, an asset waits for a worker; one that has it already came by a claim."""


class StaleTransitionError(Exception):
    """Somebody else moved the asset first, or the lease is another worker's: nothing was changed."""


def transition(
    asset_id: int,
    to: State,
    *,
    lease_token: uuid.UUID | None = None,
    changes: Mapping[str, Any] | None = None,
    sources: frozenset[State] | None = None,
    hint_later: bool = False,
) -> MediaAsset:
    """Move one asset to ``to`` with all that follows from it; ``changes`` are further columns.

    ``sources`` narrows the states it may come from. ``hint_later`` leaves the hint to the sweeper, which waits
    longer each time; no worker takes it earlier. Raises ``StaleTransitionError`` when it is in none of them or
    ``lease_token`` no longer holds its lease.
    """
    allowed = frozenset(state for state, following in TRANSITIONS.items() if to in following)
    with committing(to.value):
        asset = _locked(asset_id, allowed & sources if sources is not None else allowed, lease_token)
        before = State(asset.state)
        values: dict[str, Any] = {"state": to.value, "updated_at": Now(), **(changes or {})}
        if to in _WAITS:
            values |= _waits(values.get("hints", asset.hints), hint_later=hint_later)
        if to is not State.PROCESSING:
            values |= {"lease_token": None, "lease_until": None}
        left_behind = [variant["key"] for variant in asset.variants.values()] if "variants" in values else []
        MediaAsset.objects.filter(pk=asset_id).update(**values)
        asset.refresh_from_db()
        _settle_ledger(asset, before, to)
        announce(asset)
        milestones.asset_moved(asset, before, to)
        _follow_up(asset, to, left_behind, hint=not hint_later)
        transaction.on_commit(lambda: tell(Moved(asset, before, to)))
    return asset


def claim(asset_id: int) -> MediaAsset | None:
    """Take the lease of this very asset; ``None`` when there is no work, or it is another worker's."""
    return _claimed(turns.THIS_VERY_ASSET, asset_id=asset_id)


def claim_fairest(kind: Kind) -> MediaAsset | None:
    """Take the lease of the asset of this kind whose turn it is; ``None`` when none waits."""
    return _claimed(turns.FAIREST_OF_A_KIND, kind=kind.value)


def renew_lease(asset_id: int, lease_token: uuid.UUID) -> bool:
    """Push the lease further; ``False`` when it is no longer ours and the work must stop."""
    with one_statement("renewed"), connection.cursor() as cursor:
        cursor.execute(_RENEW, [conf().lease_s, asset_id, lease_token])
        renewed: int = cursor.rowcount
    return renewed == 1


def record_variants(asset_id: int, lease_token: uuid.UUID, variants: Mapping[str, Any], **facts: Any) -> MediaAsset:  # noqa: ANN401 - columns of the row
    """Note what is stored already while processing goes on (the first thumbnails), and tell it."""
    with committing("first_picture"):
        asset = _locked(asset_id, frozenset({State.PROCESSING}), lease_token)
        asset.variants = dict(variants)
        for name, value in facts.items():
            setattr(asset, name, value)
        MediaAsset.objects.filter(pk=asset_id).update(variants=asset.variants, updated_at=Now(), **facts)
        announce(asset)
    return asset


def announce(asset: MediaAsset) -> None:
    """Run the profile's hook where an asset has settled, then append the event to everybody concerned."""
    profile = profile_named(asset.profile)
    status = settle(linked(asset)) if State(asset.state) in _SETTLED else link_status(asset)
    append_event(
        asset.audience,
        event_type=profile.event_type,
        data=snapshot(asset, message_status=status),
        asset_id=asset.pk,
    )


def settle(asset: LinkedAsset) -> str | None:
    """Run the hooks of the asset's profile and of what it hangs on; the status of the latter, if it has one."""
    by_profile = profile_named(asset.profile).on_settled(asset)
    return link_kind_named(asset.link_kind).on_settled(asset) or by_profile


def link_status(asset: MediaAsset) -> str | None:
    """The present status of what an asset hangs on, if it hangs on something that has one."""
    if asset.link_id is None:
        return None
    statuses = {
        **profile_named(asset.profile).link_statuses([asset.link_id]),
        **link_kind_named(asset.link_kind).statuses([asset.link_id]),
    }
    return statuses.get(asset.link_id)


def linked(asset: MediaAsset) -> LinkedAsset:
    """What hooks are told of an asset."""
    return LinkedAsset(
        asset_id=asset.pk,
        owner_id=asset.owner_id,
        profile=asset.profile,
        state=State(asset.state),
        link_kind=asset.link_kind,
        link_id=asset.link_id,
    )


def release_ledger(owner_id: int, *, pending: int = 0, used_bytes: int = 0) -> None:
    """Take counts off the owner's ledger, under its lock."""
    if pending or used_bytes:
        Ledger.objects.filter(pk=owner_id).update(
            pending_count=F("pending_count") - pending, used_bytes=F("used_bytes") - used_bytes
        )


def _claimed(chosen: str, **which: int | str) -> MediaAsset | None:
    """Take a lease for one more attempt.

    The attempt is counted before a byte is decoded, so the sweeper gives a file up that has killed its worker
    ``max_attempts`` times.
    """
    token = uuid.uuid4()
    params = {**which, "token": str(token), "lease_s": conf().lease_s}
    row = None
    try:
        with committing("claimed"):
            with connection.cursor() as cursor:
                cursor.execute(turns.BY_INDEX_ONLY)
                cursor.execute(_CLAIM.replace("<chosen>", chosen), params)
                row = cursor.fetchone()
                cursor.execute(turns.AS_USUAL)
            if row is None:
                return None
            asset = MediaAsset.objects.get(pk=row[0])
            announce(asset)
    except DATABASE_AWAY:
        ours = None if row is None else outlasting_the_database(lambda: _held(row[0], token))
        if ours is None:
            raise
        return ours
    return asset


def _held(asset_id: int, lease_token: uuid.UUID) -> MediaAsset | None:
    """The asset if it is under this lease: a claim came through although nobody heard the answer.

    A commit that is still under way is waited for; it has the row.
    """
    with transaction.atomic():
        return MediaAsset.objects.select_for_update().filter(pk=asset_id, lease_token=lease_token).first()


def _waits(hints: int, *, hint_later: bool) -> dict[str, Any]:
    """From when a worker may take it: at once, or when the sweeper will hint of it."""
    if not hint_later:
        return {"due_at": Now()}
    return {"hinted_at": Now(), "due_at": Now() + timedelta(seconds=turns.patience_s(hints))}


def _locked(asset_id: int, sources: frozenset[State], lease_token: uuid.UUID | None) -> MediaAsset:
    candidates = MediaAsset.objects.select_for_update().filter(pk=asset_id, state__in=sources)
    if lease_token is not None:
        candidates = candidates.filter(lease_token=lease_token)
    asset = candidates.first()
    if asset is None:
        raise StaleTransitionError(f"asset {asset_id} is no longer in {sorted(sources)}, or its lease has passed on")
    return asset


def _settle_ledger(asset: MediaAsset, before: State, to: State) -> None:
    left_pending = before is State.PENDING and to is not State.PENDING
    freed = before in OCCUPIES_BYTES and to not in OCCUPIES_BYTES
    release_ledger(asset.owner_id, pending=int(left_pending), used_bytes=asset.size_bytes if freed else 0)


def _follow_up(asset: MediaAsset, to: State, left_behind: list[str], *, hint: bool) -> None:
    """What the store and the workers are told: work to do, or objects that nobody will ask for again."""
    shown = {variant["key"] for variant in asset.variants.values()}
    useless = [key for key in left_behind if key not in shown]
    if to in {State.UPLOADED, State.PROCESSING}:
        if hint:
            outbox.enqueue_process(asset_id=asset.pk, kind=asset.kind)
    elif to is not State.FAILED:
        useless.append(asset.object_key)
    if useless:
        abandoned = asset.upload_id if to in GONE else None
        outbox.enqueue_discard(keys=useless, upload_key=asset.object_key, upload_id=abandoned)
    if to in GONE:
        outbox.enqueue_discard_again(keys=[asset.object_key], upload_key=asset.object_key, upload_id=asset.upload_id)


_CLAIM = """
    WITH chosen AS (<chosen>),
    claimed AS (
        UPDATE mediadock_asset AS asset
           SET state = 'processing', attempt = attempt + 1, lease_token = %(token)s::uuid,
               lease_until = now() + make_interval(secs => %(lease_s)s), updated_at = now(),
               variants = '{}', error_code = NULL, error_reason = NULL
          FROM chosen
         WHERE asset.id = chosen.id
        RETURNING asset.id, asset.owner_id
    ),
    served AS (
        UPDATE mediadock_ledger AS ledger SET served_at = now() FROM claimed WHERE ledger.owner_id = claimed.owner_id
    )
    SELECT id FROM claimed
"""

_RENEW = """
    UPDATE mediadock_asset SET lease_until = now() + make_interval(secs => %s)
     WHERE id = %s AND lease_token = %s AND state = 'processing'
"""
