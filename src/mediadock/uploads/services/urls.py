"""Fresh addresses: the next page of parts, the same page again, or a direct upload's PUT. Never a dead end."""

from __future__ import annotations

from mediadock.core.errors import Conflict
from mediadock.core.parts import MAX_BATCH_COUNT
from mediadock.core.states import State
from mediadock.uploads.grants import Grant, grant_upload
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.find import Locator, find_upload


def fresh_urls(
    *, owner_id: int, locator: Locator, start: int = 1, count: int = MAX_BATCH_COUNT
) -> tuple[MediaAsset, Grant]:
    """Sign again for an upload that is still pending; otherwise ``Conflict`` (``upload_not_pending``)."""
    asset = find_upload(owner_id, locator)
    if asset.state != State.PENDING:
        raise Conflict("upload_not_pending", f"This upload is {asset.state}; it takes no more bytes.")
    return asset, grant_upload(asset, start=start, count=count)
