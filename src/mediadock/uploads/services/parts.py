"""Parts: what the store has of an upload and what is missing, for resuming."""

from __future__ import annotations

from dataclasses import dataclass

from mediadock.core.errors import Conflict
from mediadock.core.states import State
from mediadock.storage.errors import UploadMissing
from mediadock.storage.shapes import StoredPart
from mediadock.uploads.grants import plan_of
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.store import object_store


@dataclass(frozen=True)
class PartsReport:
    """The store's parts, in order, and the numbers that are missing; both empty for a direct upload."""

    stored: tuple[StoredPart, ...]
    missing: tuple[int, ...]


def report_parts(asset: MediaAsset) -> PartsReport:
    """Ask the store. An upload that takes no more bytes is ``Conflict`` (``upload_not_pending``)."""
    if asset.state != State.PENDING:
        raise Conflict("upload_not_pending", f"This upload is {asset.state}; it takes no more bytes.")
    plan = plan_of(asset)
    if plan is None or asset.upload_id is None:
        return PartsReport((), ())
    try:
        stored = tuple(object_store().list_parts(asset.object_key, asset.upload_id))
    except UploadMissing as error:
        raise Conflict("upload_assembled", "All parts have arrived; complete the upload.") from error
    have = {part.number for part in stored}
    return PartsReport(stored, tuple(number for number in range(1, plan.num_parts + 1) if number not in have))
