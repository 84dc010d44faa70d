"""The one state machine of an asset, and the vocabularies of the APIs as views of it.

``TRANSITIONS`` is the whole machine; ``VIEWS`` is the truth table of the specification. Neither a view nor a
stage is ever stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where one asset is in its life."""

    PENDING = "pending"
    UPLOADED = "uploaded"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    REJECTED = "rejected"
    ABORTED = "aborted"
    EXPIRED = "expired"


TRANSITIONS: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.PENDING: frozenset({State.UPLOADED, State.ABORTED, State.EXPIRED}),
        State.UPLOADED: frozenset({State.PROCESSING, State.REJECTED}),
        State.PROCESSING: frozenset({State.READY, State.REJECTED, State.FAILED, State.UPLOADED, State.PROCESSING}),
        State.FAILED: frozenset({State.PROCESSING}),
        State.READY: frozenset(),
        State.REJECTED: frozenset(),
        State.ABORTED: frozenset(),
        State.EXPIRED: frozenset(),
    }
)
"""What may follow what. ``processing -> uploaded`` is a lapsed lease, ``processing -> processing`` a worker that
claims what was queued again by a retry."""

GONE = frozenset({State.ABORTED, State.EXPIRED})
"""The upload never happened: such an asset holds nothing back."""

OCCUPIES_BYTES = frozenset({State.PENDING, State.UPLOADED, State.PROCESSING, State.READY, State.FAILED})
"""States in which an asset counts towards its owner's bytes."""

NEEDS_UPLOAD = frozenset({State.PENDING, State.UPLOADED, State.PROCESSING, State.FAILED})
"""States in which what the client uploaded is still awaited or needed; in all others it goes."""

CAN_RETRY = frozenset({State.FAILED})


@dataclass(frozen=True)
class View:
    """One row of the truth table: what each vocabulary calls a state; the short one tells only whether it is there."""

    message_status: str
    processing_status: str
    stage: str
    media_status: str
    short_status: str


VIEWS: Mapping[State, View] = MappingProxyType(
    {
        State.PENDING: View("pending", "queued", "uploading", "PENDING", "pending"),
        State.UPLOADED: View("pending", "queued", "processing", "UPLOADED", "pending"),
        State.PROCESSING: View("pending", "running", "processing", "PROCESSING", "pending"),
        State.READY: View("sent", "done", "done", "READY", "uploaded"),
        State.FAILED: View("pending", "failed", "failed", "FAILED", "failed"),
        State.REJECTED: View("pending", "failed", "failed", "REJECTED", "failed"),
        State.ABORTED: View("pending", "failed", "failed", "ABORTED", "failed"),
        State.EXPIRED: View("pending", "failed", "failed", "EXPIRED", "failed"),
    }
)


def stage_of(state: State, *, has_thumbnail: bool) -> str:
    """The stage that clients see; a processing asset with a stored thumbnail is ``thumbnail_ready``."""
    if state is State.PROCESSING and has_thumbnail:
        return "thumbnail_ready"
    return VIEWS[state].stage
