"""Link: hang assets that exist already on something of a surface's own."""

from __future__ import annotations

from collections.abc import Sequence

from mediadock.core.errors import Conflict, NotFound
from mediadock.core.policy import MAX_INT64
from mediadock.core.states import GONE, State
from mediadock.uploads.models import MediaAsset

_FAILED = frozenset({State.FAILED, State.REJECTED}) | GONE


def link_assets(owner_id: int, asset_ids: Sequence[int], *, kind: str, link_id: int) -> list[MediaAsset]:
    """Hang the owner's assets on ``link_id``, inside the caller's transaction; gives them in the order asked.

    Their rows stay locked until the transaction ends, so what settles one waits and then finds the link. Raises
    ``NotFound`` for one that is not there or not the owner's, ``Conflict`` for one that failed (``media_failed``) or
    hangs on something already (``media_linked``).
    """
    possible = [asset_id for asset_id in asset_ids if 0 < asset_id <= MAX_INT64]
    rows = MediaAsset.objects.select_for_update().filter(pk__in=possible, owner_id=owner_id).order_by("pk")
    found = {asset.pk: asset for asset in rows}
    for asset_id in asset_ids:
        if asset_id not in found:
            raise NotFound("media_not_found", f"There is no medium {asset_id} of yours.")
    for asset in found.values():
        if asset.link_id is not None:
            raise Conflict("media_linked", f"Medium {asset.pk} belongs to something else already.")
        if State(asset.state) in _FAILED:
            raise Conflict("media_failed", f"Medium {asset.pk} did not make it: it is {asset.state}.")
    MediaAsset.objects.filter(pk__in=found).update(link_kind=kind, link_id=link_id)
    for asset in found.values():
        asset.link_kind, asset.link_id = kind, link_id
    return [found[asset_id] for asset_id in asset_ids]
