"""Delete: the asset goes, from the database at once and from the store by the outbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from mediadock.core.profiles import profile_named
from mediadock.core.states import OCCUPIES_BYTES, State
from mediadock.uploads import milestones, outbox
from mediadock.uploads.conf import conf
from mediadock.uploads.crashpoints import committing
from mediadock.uploads.events import append_event
from mediadock.uploads.lifecycle import linked, release_ledger, settle
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.snapshot import snapshot

DELETED = "deleted"


def delete_asset(asset: MediaAsset) -> None:
    """Remove an asset in whatever state it is; a worker that holds it finds its lease gone and stops."""
    with committing("deleted"):
        locked = MediaAsset.objects.select_for_update().filter(pk=asset.pk).first()
        if locked is None:
            return
        _give_back(locked)
        what_was = linked(locked)
        data = snapshot(locked, message_status=None)
        described = milestones.described(locked)
        locked.delete()
        status = settle(what_was)
        gone: dict[str, Any] = {
            "stage": DELETED,
            "state": DELETED,
            "variants": {},
            "message_status": status or data["message_status"],
        }
        append_event(
            locked.audience,
            event_type=profile_named(locked.profile).event_type,
            data={**data, **gone},
            asset_id=asset.pk,
        )
        milestones.asset_deleted(asset.pk, {**described, "state": DELETED, "variants": []})


def _give_back(asset: MediaAsset) -> None:
    state = State(asset.state)
    pending = state is State.PENDING
    release_ledger(asset.owner_id, pending=int(pending), used_bytes=asset.size_bytes if state in OCCUPIES_BYTES else 0)
    outbox.enqueue_discard(
        keys=[asset.object_key, *(variant["key"] for variant in asset.variants.values())],
        upload_key=asset.object_key if pending else None,
        upload_id=asset.upload_id if pending else None,
    )
    # No row remembers the key from here on. Its URLs are signed while it is pending, no longer than to its expiry.
    lapsed = Now() - timedelta(seconds=conf().part_url_expiry_s)  # the database's clock, as that of every expiry
    if MediaAsset.objects.filter(pk=asset.pk, expires_at__gt=lapsed).exists():
        outbox.enqueue_discard_again(keys=[asset.object_key], upload_key=asset.object_key, upload_id=asset.upload_id)
