"""The media service's endpoints. Each view parses, calls one service, shapes the answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from mediadock.api.idempotency import idempotent_upload
from mediadock.api.media import CompletedOut, MediaOut, completed_out, media_out
from mediadock.api.pagination import DEFAULT_LIMIT
from mediadock.api.responses import json_response
from mediadock.api.schemas import REFUSALS
from mediadock.api.sessions import PAGE_FIELDS, SESSION_FIELDS, URLS_ROUTE, SessionOut, fields_called, session_out
from mediadock.api.surface import MEDIA_PAGE, SESSION, media_page
from mediadock.auth.http import bearer, principal_of
from mediadock.contrib.media.schemas import CompleteMultipartIn, MediaPartsOut, SessionIn
from mediadock.contrib.media.shape import media_parts_out
from mediadock.contrib.media.types import media_type_named, media_type_names
from mediadock.core.errors import Conflict, Forbidden, NotFound
from mediadock.core.parts import MAX_BATCH_COUNT
from mediadock.core.profiles import Profile
from mediadock.storage.shapes import CompletedPart
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.abort import abort_upload
from mediadock.uploads.services.complete import complete_upload
from mediadock.uploads.services.delete import delete_asset
from mediadock.uploads.services.find import Locator, find_asset, find_upload, find_visible_asset
from mediadock.uploads.services.parts import report_parts
from mediadock.uploads.services.prepare import prepare_uploads
from mediadock.uploads.services.urls import fresh_urls

router = Router(auth=bearer, tags=["media"])


@router.post("/media/upload-session", response=SESSION)
@idempotent_upload
@fields_called(SESSION_FIELDS)
def begin(request: HttpRequest, body: SessionIn) -> HttpResponse:
    """Begin an upload: one address for a small file, one for each part of a larger one."""
    profile = media_type_named(body.mediaType)
    user_id = allowed_user(request, profile)
    prepared = prepare_uploads(owner_id=user_id, profile=profile, declared=[body.declared()], audience=[user_id])
    return json_response(201, session_out(prepared.grants[0]))


@router.get(URLS_ROUTE, response={200: SessionOut, **REFUSALS}, url_name="media_urls")
@router.post(URLS_ROUTE, response={200: SessionOut, **REFUSALS}, operation_id="fresh_media_urls")
@fields_called(PAGE_FIELDS)
def more_urls(request: HttpRequest, media_id: int, start: int = 1, count: int = MAX_BATCH_COUNT) -> HttpResponse:
    """Addresses of further parts, the same page again, or a fresh one for a small file."""
    locator = Locator(asset_id=media_id)
    _, grant = fresh_urls(owner_id=principal_of(request).user_id, locator=locator, start=start, count=count)
    return json_response(200, session_out(grant))


@router.get("/media/{media_id}/parts", response={200: MediaPartsOut, **REFUSALS})
def media_parts(request: HttpRequest, media_id: int) -> HttpResponse:
    """What the store has of an upload, of any surface's, and what is missing."""
    asset = find_asset(principal_of(request).user_id, media_id)
    return json_response(200, media_parts_out(asset, report_parts(asset)))


@router.post("/media/{media_id}/abort", response={200: CompletedOut, **REFUSALS})
def abort_media(request: HttpRequest, media_id: int) -> HttpResponse:
    """Give an unfinished upload up, of any surface's; saying it again is the same answer."""
    user_id = principal_of(request).user_id
    return json_response(200, completed_out(abort_upload(find_asset(user_id, media_id)), viewer_id=user_id))


@router.post("/media/{media_id}/complete", response={200: CompletedOut, **REFUSALS})
def complete(request: HttpRequest, media_id: int) -> HttpResponse:
    """Say that the bytes are there; the store is asked. 404 while it has no such object."""
    user_id = principal_of(request).user_id
    return json_response(200, completed_out(_completed(find_asset(user_id, media_id)), viewer_id=user_id))


@router.post("/media/{media_id}/complete-multipart", response={200: CompletedOut, **REFUSALS})
def complete_multipart(request: HttpRequest, media_id: int, body: CompleteMultipartIn) -> HttpResponse:
    """Say that all parts are there; the store's own list of them must agree."""
    user_id = principal_of(request).user_id
    asset = find_upload(user_id, Locator(asset_id=media_id, upload_id=body.uploadId))
    claimed = None
    if body.parts is not None:
        claimed = [CompletedPart(part.partNumber, part.etag) for part in body.parts]
    return json_response(200, completed_out(_completed(asset, claimed), viewer_id=user_id))


@router.get("/media", response=MEDIA_PAGE)
def list_media(request: HttpRequest, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> HttpResponse:
    """The caller's media, newest first."""
    user_id = principal_of(request).user_id
    mine = MediaAsset.objects.filter(owner_id=user_id, profile__in=media_type_names())
    return media_page(mine, viewer_id=user_id, cursor=cursor, limit=limit)


@router.get("/media/{media_id}", response={200: MediaOut, **REFUSALS})
def get_media(request: HttpRequest, media_id: int) -> HttpResponse:
    """One medium, for its owner and for those it was sent to."""
    viewer_id = principal_of(request).user_id
    return json_response(200, media_out(find_visible_asset(viewer_id, media_id), viewer_id=viewer_id))


@router.delete("/media/{media_id}", response={204: None, **REFUSALS})
def delete(request: HttpRequest, media_id: int) -> HttpResponse:
    """Remove a medium and all that became of it."""
    delete_asset(find_asset(principal_of(request).user_id, media_id))
    return HttpResponse(status=204)


def _completed(asset: MediaAsset, parts: list[CompletedPart] | None = None) -> MediaAsset:
    try:
        return complete_upload(asset, parts=parts)
    except Conflict as conflict:
        if conflict.code == "object_missing":
            raise NotFound(conflict.code, conflict.detail) from conflict
        raise


def allowed_user(request: HttpRequest, profile: Profile) -> int:
    """The caller, if the token may upload this. Raises ``Forbidden`` (``scope_missing``)."""
    principal = principal_of(request)
    if profile.required_scope and profile.required_scope not in (principal.scope or "").split():
        raise Forbidden("scope_missing", f"Your token does not allow uploads of {profile.name}.")
    return principal.user_id
