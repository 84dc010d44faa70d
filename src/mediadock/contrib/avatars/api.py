"""The avatar endpoints."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from mediadock.api.idempotency import idempotent
from mediadock.api.media import AVATAR
from mediadock.api.responses import json_response
from mediadock.api.schemas import REFUSALS
from mediadock.api.sessions import DECLARED_FIELDS, DeclaredFile, SessionOut, fields_called, session_out
from mediadock.auth.http import bearer, principal_of
from mediadock.contrib.avatars.profile import AVATAR_PROFILE
from mediadock.uploads.links import ExistingLink
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.delete import delete_asset
from mediadock.uploads.services.prepare import prepare_uploads

router = Router(auth=bearer, tags=["avatars"])


@router.post("/users/me/avatar/upload", response={201: SessionOut, **REFUSALS})
@idempotent
@fields_called(DECLARED_FIELDS)
def upload(request: HttpRequest, body: DeclaredFile) -> HttpResponse:
    """Begin the upload of a new avatar; the present one stays until it is ready."""
    user_id = principal_of(request).user_id
    prepared = prepare_uploads(
        owner_id=user_id,
        profile=AVATAR_PROFILE,
        declared=[body.declared()],
        audience=[user_id],
        link=ExistingLink(AVATAR, user_id),
    )
    return json_response(201, session_out(prepared.grants[0]))


@router.delete("/users/me/avatar", response={204: None, **REFUSALS})
def delete(request: HttpRequest) -> HttpResponse:
    """Be without an avatar."""
    mine = MediaAsset.objects.filter(link_kind=AVATAR, link_id=principal_of(request).user_id)
    for asset in mine.order_by("pk"):
        delete_asset(asset)
    return HttpResponse(status=204)
