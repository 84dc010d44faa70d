"""Complete: believe the store, not the client, and let exactly one call move the asset on.

The store's own answers are idempotent here, so no intermediate state is needed: a call that is repeated, raced or
lost between the store and the database finds the same object again and goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence

from mediadock.core.errors import Conflict, NotFound
from mediadock.core.parts import PartPlan
from mediadock.core.states import GONE, State
from mediadock.storage.errors import ObjectMissing, UploadMissing
from mediadock.storage.shapes import CompletedPart, ObjectHead, StoredPart, bare_etag
from mediadock.uploads import outbox
from mediadock.uploads.crashpoints import crash_point, one_statement
from mediadock.uploads.facts import stage
from mediadock.uploads.grants import plan_of
from mediadock.uploads.lifecycle import StaleTransitionError, transition
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.find import reread
from mediadock.uploads.store import object_store


def complete_upload(asset: MediaAsset, *, parts: Sequence[CompletedPart] | None = None) -> MediaAsset:
    """Check that the object is there, whole and as long as declared, and hand it to the workers.

    ``parts`` is what the client believes; the store's ListParts is the truth and must agree. Raises ``Conflict``
    with ``object_missing``, ``parts_missing``, ``parts_mismatch``, ``size_mismatch``, ``upload_aborted`` or
    ``upload_expired``; the upload stays usable after the first four. ``NotFound`` when it was deleted meanwhile.
    """
    if asset.state == State.PENDING:
        with stage(asset, "complete"):
            plan = plan_of(asset)
            if plan is not None and asset.upload_id is not None:
                _assemble(asset, asset.upload_id, plan, parts)
            head = _checked_head(asset)
            try:
                return transition(
                    asset.pk,
                    State.UPLOADED,
                    changes={"etag": head.etag, "hints": 0},
                    sources=frozenset({State.PENDING}),
                )
            except StaleTransitionError:
                _reread_or_clear_away(asset)
    if State(asset.state) in GONE:
        raise Conflict(f"upload_{asset.state}", f"This upload was {asset.state}; send the file again.")
    return asset


def _reread_or_clear_away(asset: MediaAsset) -> None:
    """Somebody was faster: where the upload was given up or deleted, what we assembled goes after it."""
    try:
        reread(asset)
    except NotFound:
        _clear_away(asset)
        raise
    if State(asset.state) in GONE:
        _clear_away(asset)


def _clear_away(asset: MediaAsset) -> None:
    with one_statement("cleared"):
        outbox.enqueue_discard(keys=[asset.object_key])


def _assemble(asset: MediaAsset, upload_id: str, plan: PartPlan, parts: Sequence[CompletedPart] | None) -> None:
    store = object_store()
    try:
        stored = store.list_parts(asset.object_key, upload_id)
        _check_parts(plan, stored, parts)
        store.complete_multipart(
            asset.object_key, upload_id, [CompletedPart(part.number, part.etag) for part in stored]
        )
        crash_point("multipart_assembled")
    except UploadMissing:
        return  # assembled by an earlier or a parallel call; the object itself tells
    except Conflict:
        if not _is_assembled(asset):  # a store that is just assembling for a parallel call lists parts no more
            raise


def _is_assembled(asset: MediaAsset) -> bool:
    try:
        return object_store().head(asset.object_key).size_bytes == asset.size_bytes
    except ObjectMissing:
        return False


def _check_parts(plan: PartPlan, stored: Sequence[StoredPart], claimed: Sequence[CompletedPart] | None) -> None:
    have = {part.number: part for part in stored}
    missing = [number for number in range(1, plan.num_parts + 1) if number not in have]
    if missing:
        shown = ", ".join(map(str, missing[:5])) + (" …" if len(missing) > 5 else "")
        raise Conflict("parts_missing", f"{len(missing)} of {plan.num_parts} parts have not arrived: {shown}.")
    if claimed is not None:
        said = {part.number: bare_etag(part.etag) for part in claimed}
        if len(said) != len(claimed) or said != {number: part.etag for number, part in have.items()}:
            raise Conflict("parts_mismatch", "The parts named are not the parts that the store has.")
    if sum(part.size_bytes for part in stored) != plan.size_bytes:
        raise Conflict("size_mismatch", "The parts together are not as long as the file was declared.")


def _checked_head(asset: MediaAsset) -> ObjectHead:
    try:
        head = object_store().head(asset.object_key)
    except ObjectMissing as error:
        raise Conflict("object_missing", "The file has not arrived in the store; send it first.") from error
    if head.size_bytes != asset.size_bytes:
        raise Conflict("size_mismatch", f"{head.size_bytes} bytes arrived, but {asset.size_bytes} bytes were declared.")
    return head
