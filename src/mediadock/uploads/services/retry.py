"""Retry: process a failed asset again, with its attempts counted afresh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediadock.core.errors import Conflict
from mediadock.core.states import CAN_RETRY, State
from mediadock.uploads.lifecycle import StaleTransitionError, transition
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.find import reread

_AFRESH: Mapping[str, Any] = {
    "attempt": 0,
    "lease_token": None,
    "lease_until": None,
    "error_code": None,
    "error_reason": None,
    "variants": {},
    "hints": 0,
}


def retry_asset(asset: MediaAsset) -> MediaAsset:
    """Queue a failed asset again; while it is under way the same answer, otherwise ``Conflict`` (``not_retryable``)."""
    try:
        return transition(asset.pk, State.PROCESSING, changes=_AFRESH, sources=CAN_RETRY)
    except StaleTransitionError:
        reread(asset)
    if asset.state not in {State.UPLOADED, State.PROCESSING}:
        raise Conflict("not_retryable", f"This file is {asset.state}; there is nothing to try again.")
    return asset
