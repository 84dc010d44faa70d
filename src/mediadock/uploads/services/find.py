"""Find: an upload may be named by its object key, its upload id or its asset id; several must agree."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from mediadock.core.errors import Malformed, NotFound
from mediadock.core.policy import MAX_INT64
from mediadock.uploads.models import MediaAsset


@dataclass(frozen=True)
class Locator:
    """The names under which a client may know an upload; any one is enough."""

    object_key: str | None = None
    upload_id: str | None = None
    asset_id: int | None = None


def find_upload(owner_id: int, locator: Locator) -> MediaAsset:
    """The caller's upload of that name.

    Raises ``NotFound`` when a given name is nobody's or somebody else's, and ``Malformed`` when none is given or
    two name different uploads.
    """
    named = {
        name: value
        for name, value in (
            ("object_key", locator.object_key),
            ("upload_id", locator.upload_id),
            ("pk", locator.asset_id),
        )
        if value is not None
    }
    if not named:
        raise Malformed("upload_unnamed", "Name the upload by object_key, upload_id or asset_id.")
    found = [_one(owner_id, name, value) for name, value in named.items()]
    if len({asset.pk for asset in found}) > 1:
        raise Malformed("upload_names_disagree", "object_key, upload_id and asset_id name different uploads.")
    return found[0]


def find_asset(owner_id: int, asset_id: int) -> MediaAsset:
    """The caller's own asset; anybody else's is ``NotFound``."""
    return _one(owner_id, "pk", asset_id)


def find_visible_asset(viewer_id: int, asset_id: int) -> MediaAsset:
    """An asset that the viewer may see: his own, or one that he was sent."""
    _check_id(asset_id)
    asset = MediaAsset.objects.filter(pk=asset_id, audience__contains=[viewer_id]).first()
    if asset is None:
        raise _not_found()
    return asset


def find_linked(kind: str, link_id: int) -> QuerySet[MediaAsset]:
    """All that hangs on something of a surface's, who may see which the surface has decided."""
    return MediaAsset.objects.filter(link_kind=kind, link_id=link_id)


def reread(asset: MediaAsset) -> None:
    """Read the row again; one that was deleted meanwhile is ``NotFound``."""
    try:
        asset.refresh_from_db()
    except MediaAsset.DoesNotExist as error:
        raise _not_found() from error


def _one(owner_id: int, name: str, value: str | int) -> MediaAsset:
    if isinstance(value, int):
        _check_id(value)
    elif "\0" in value:
        raise _not_found()
    asset = MediaAsset.objects.filter(owner_id=owner_id, **{name: value}).first()
    if asset is None:
        raise _not_found()
    return asset


def _check_id(value: int) -> None:
    if not 0 < value <= MAX_INT64:
        raise _not_found()


def _not_found() -> NotFound:
    return NotFound("upload_not_found", "There is no such upload of yours.")
