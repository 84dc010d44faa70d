"""Milestones: facts that a listener may have to write down, in the transaction that makes them true, or not at all.

``facts`` are told after commit and may be lost with the process. A milestone is not: whoever ``keeps`` milestones is
called inside the transaction and must succeed, so what is written there is there exactly if the fact is. The engine
does not know who keeps them, and without anybody a milestone costs a look at an empty tuple. Surfaces reach
milestones of their own.

    keep(lambda milestone: Note.objects.create(type=milestone.type, about=milestone.subject))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mediadock.core.states import State
from mediadock.uploads.models import MediaAsset


@dataclass(frozen=True)
class Milestone:
    """Something that is true once the present transaction is committed.

    ``type`` is ``thing.what_became_of_it``. Milestones of one ``subject`` are reached one after the other, under the
    lock of its row. ``data`` is JSON: ids and figures, no address that opens by itself and no secret.
    """

    type: str
    subject: str
    data: Mapping[str, Any]


Keeper = Callable[[Milestone], object]

OF_ASSETS: Mapping[State, str] = MappingProxyType(
    {
        State.UPLOADED: "asset.uploaded",
        State.READY: "asset.ready",
        State.FAILED: "asset.failed",
        State.REJECTED: "asset.rejected",
        State.ABORTED: "asset.aborted",
        State.EXPIRED: "asset.expired",
    }
)
ASSET_DELETED = "asset.deleted"

_keepers: tuple[Keeper, ...] = ()


def keep(keeper: Keeper) -> None:
    """Have ``keeper`` called with every milestone, inside its transaction; again is once."""
    global _keepers
    if keeper not in _keepers:
        _keepers = (*_keepers, keeper)


def reach(type_: str, *, subject: str, data: Mapping[str, Any]) -> None:
    """Hand a milestone to all who keep them; what they raise takes the transaction back."""
    for keeper in _keepers:
        keeper(Milestone(type_, subject, data))


def asset_moved(asset: MediaAsset, before: State, to: State) -> None:
    """A transition's milestone, where it is one: what goes back to the queue was uploaded before."""
    if _keepers and to in OF_ASSETS and not (to is State.UPLOADED and before is not State.PENDING):
        reach(OF_ASSETS[to], subject=subject_of(asset.pk), data=described(asset))


def asset_deleted(asset_id: int, data: Mapping[str, Any]) -> None:
    """The last milestone of an asset; ``data`` is what it was, as ``described``."""
    reach(ASSET_DELETED, subject=subject_of(asset_id), data=data)


def subject_of(asset_id: int) -> str:
    """How milestones call an asset."""
    return f"asset:{asset_id}"


def described(asset: MediaAsset) -> dict[str, Any]:
    """An asset for somebody who trusts our records: what it is and hangs on, not where its bytes are."""
    failed = asset.error_code is not None
    return {
        "asset_id": asset.pk,
        "owner_id": asset.owner_id,
        "profile": asset.profile,
        "link": {"kind": asset.link_kind, "id": asset.link_id} if asset.link_kind else None,
        "state": asset.state,
        "kind": asset.kind,
        "file_name": asset.file_name,
        "content_type": asset.detected_type or asset.declared_type,
        "size_bytes": asset.size_bytes,
        "sha256": asset.sha256,
        "width": asset.width,
        "height": asset.height,
        "duration": asset.duration,
        "pages": asset.pages,
        "variants": sorted(asset.variants),
        "attempt": asset.attempt,
        "error": {"code": asset.error_code, "reason": asset.error_reason} if failed else None,
        "created_at": asset.created_at.isoformat(),
        "updated_at": asset.updated_at.isoformat(),
    }
