"""Expire: an unfinished upload whose time is over is adopted if its bytes are all there, and given up if not."""

from __future__ import annotations

from mediadock.core.errors import Conflict
from mediadock.core.states import State
from mediadock.uploads.lifecycle import StaleTransitionError, transition
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.complete import complete_upload
from mediadock.uploads.services.find import reread


def expire_upload(asset: MediaAsset) -> MediaAsset:
    """End a pending upload now: the asset as it is then, ``uploaded`` or ``expired``.

    Again is the same answer; what is neither pending nor expired is ``Conflict`` (``upload_not_pending``). Raises
    ``NotFound`` when it was deleted meanwhile, ``StoreUnavailable`` when the store cannot be asked.
    """
    if asset.state == State.PENDING:
        try:
            return complete_upload(asset)
        except Conflict:
            try:
                return transition(asset.pk, State.EXPIRED)
            except StaleTransitionError:
                reread(asset)
    if asset.state != State.EXPIRED:
        raise Conflict("upload_not_pending", f"This upload is {asset.state}; there is nothing to wait for.")
    return asset
