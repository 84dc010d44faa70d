"""A worker played by the test, in-process, on the same rows: what becomes of an upload is decided by the test.

Only for tests below ``tests/integration``, where Django is configured.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from mediadock.core.states import State
from mediadock.uploads.lifecycle import claim, transition

TIMED_OUT = {"error_code": "timeout", "error_reason": "Processing took too long."}
CORRUPT = {"error_code": "corrupt", "error_reason": "The file is damaged."}


def work_ends(asset_id: int, end: State, **changes: Any) -> None:
    """One job over a completed upload, from its claim to ``end``."""
    try:
        asset = claim(asset_id)
        assert asset is not None, f"asset {asset_id} has no work"
        transition(asset_id, end, lease_token=asset.lease_token, changes=changes)
    finally:
        connection.close()  # a thread of the test's own gives back what it borrowed


def becomes_ready(asset_id: int) -> None:
    """Processing succeeds."""
    work_ends(asset_id, State.READY)


def fails(asset_id: int) -> None:
    """Processing breaks; a retry is offered."""
    work_ends(asset_id, State.FAILED, **TIMED_OUT)


def is_rejected(asset_id: int) -> None:
    """The bytes are not what they say."""
    work_ends(asset_id, State.REJECTED, **CORRUPT)


def expires(asset_id: int) -> None:
    """Nobody finished the upload in time."""
    transition(asset_id, State.EXPIRED)
