"""Assets and unfinished uploads of the caller, whatever surface they came by (specification 5.1)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from mediadock.api.pagination import DEFAULT_LIMIT, newest_page
from mediadock.api.responses import json_response
from mediadock.api.schemas import REFUSALS, AssetOut, StageOut
from mediadock.auth.http import bearer, principal_of
from mediadock.contrib.assets.schemas import ConfigOut, UnfinishedList
from mediadock.contrib.assets.shape import dimensions_out, limits_out, unfinished_out
from mediadock.core.parts import MAX_BATCH_COUNT, MAX_PARTS, MIN_PART_BYTES
from mediadock.core.profiles import registered
from mediadock.core.states import State
from mediadock.uploads.conf import conf
from mediadock.uploads.lifecycle import link_status
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.delete import delete_asset
from mediadock.uploads.services.find import find_asset, find_visible_asset
from mediadock.uploads.services.retry import retry_asset
from mediadock.uploads.snapshot import render, snapshot, stage_out

router = Router(auth=bearer, tags=["assets"])


@router.get("/uploads/", response={200: UnfinishedList, **REFUSALS})
def list_unfinished(request: HttpRequest, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> HttpResponse:
    """The caller's unfinished uploads, on any device, newest first."""
    mine = MediaAsset.objects.filter(owner_id=principal_of(request).user_id, state=State.PENDING)
    page, following = newest_page(mine, cursor=cursor, limit=limit)
    return json_response(200, {"items": [unfinished_out(asset) for asset in page], "next": following})


@router.get("/assets/{asset_id}/", response={200: AssetOut, **REFUSALS})
def get_asset(request: HttpRequest, asset_id: int) -> HttpResponse:
    """One asset, for its owner and for those it was sent to."""
    viewer_id = principal_of(request).user_id
    asset = find_visible_asset(viewer_id, asset_id)
    return json_response(200, render(snapshot(asset, message_status=link_status(asset)), viewer_id=viewer_id))


@router.post("/assets/{asset_id}/retry/", response={202: StageOut, **REFUSALS})
def retry(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Process a failed asset again."""
    return json_response(202, stage_out(retry_asset(find_asset(principal_of(request).user_id, asset_id))))


@router.delete("/assets/{asset_id}/", response={204: None, **REFUSALS})
def delete(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Remove an asset and all that became of it."""
    delete_asset(find_asset(principal_of(request).user_id, asset_id))
    return HttpResponse(status=204)


@router.get("/config", response={200: ConfigOut}, auth=None)
def config(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - ninja calls every view with it
    """The limits that the server publishes, and where its events stream; no login needed."""
    return json_response(
        200,
        {
            "ws_url": conf().ws_url,
            "max_batch_count": MAX_BATCH_COUNT,
            "min_part_size": MIN_PART_BYTES,
            "max_parts": MAX_PARTS,
            "dimensions": dimensions_out(),
            "profiles": {name: limits_out(profile) for name, profile in registered().items()},
        },
    )
