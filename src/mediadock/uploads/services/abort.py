"""Abort: give an unfinished upload up; its parts and its place in the limits are given back."""

from __future__ import annotations

from mediadock.core.errors import Conflict
from mediadock.core.states import State
from mediadock.uploads.lifecycle import StaleTransitionError, transition
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.find import reread


def abort_upload(asset: MediaAsset) -> MediaAsset:
    """Move a pending asset to ``aborted``; again is the same answer, later is ``Conflict`` (``upload_not_pending``)."""
    try:
        return transition(asset.pk, State.ABORTED)
    except StaleTransitionError:
        reread(asset)
    if asset.state != State.ABORTED:
        raise Conflict("upload_not_pending", f"This upload is {asset.state} and cannot be aborted; delete it instead.")
    return asset
