"""Replacement: when an avatar is ready, those before it go."""

from __future__ import annotations

from mediadock.api.media import AVATAR
from mediadock.core.profiles import LinkedAsset
from mediadock.core.states import GONE, State
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.delete import delete_asset

_SETTLED = frozenset({State.READY, State.FAILED, State.REJECTED}) | GONE


def replace_avatar(asset: LinkedAsset) -> None:
    """Remove the owner's earlier avatars once this one is ready; what still moves among them is left alone."""
    if asset.state is not State.READY:
        return
    earlier = MediaAsset.objects.filter(
        link_kind=AVATAR, link_id=asset.link_id, pk__lt=asset.asset_id, state__in=_SETTLED
    )
    for replaced in earlier.order_by("pk"):
        delete_asset(replaced)
