"""The avatars of users, as their profiles show them."""

from __future__ import annotations

from collections.abc import Iterable

from mediadock.api.media import AVATAR
from mediadock.core.states import State
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.publish import ORIGINAL
from mediadock.uploads.snapshot import render, snapshot

NOBODY = 0


def avatars_of(user_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """The addresses of each user's newest avatar that is ready, by size; users without one are left out."""
    ready = MediaAsset.objects.filter(link_kind=AVATAR, link_id__in=list(user_ids), state=State.READY).order_by("pk")
    return {asset.link_id: _addresses(asset) for asset in ready if asset.link_id is not None}


def _addresses(asset: MediaAsset) -> dict[str, str]:
    shown = render(snapshot(asset, message_status=None), viewer_id=NOBODY)["variants"]
    return {name: variant["url"] for name, variant in shown.items() if name != ORIGINAL}
