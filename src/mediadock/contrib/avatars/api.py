"""The avatar endpoints."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from mediadock.api.media import AVATAR
from mediadock.api.schemas import REFUSALS
from mediadock.api.sessions import DeclaredFile
from mediadock.api.surface import SESSION, begins_upload
from mediadock.auth.http import bearer, principal_of
from mediadock.contrib.avatars.surface import AVATAR_PROFILE
from mediadock.uploads.links import ExistingLink
from mediadock.uploads.services.delete import delete_asset
from mediadock.uploads.services.find import find_linked
from mediadock.uploads.services.prepare import Prepared, prepare_uploads

router = Router(auth=bearer, tags=["avatars"])


@router.post("/users/me/avatar/upload", response=SESSION)
@begins_upload
def upload(request: HttpRequest, body: DeclaredFile) -> Prepared:
    """Begin the upload of a new avatar; the present one stays until it is ready."""
    user_id = principal_of(request).user_id
    return prepare_uploads(
        owner_id=user_id,
        profile=AVATAR_PROFILE,
        declared=[body.declared()],
        audience=[user_id],
        link=ExistingLink(AVATAR, user_id),
    )


@router.delete("/users/me/avatar", response={204: None, **REFUSALS})
def delete(request: HttpRequest) -> HttpResponse:
    """Be without an avatar."""
    for asset in find_linked(AVATAR, principal_of(request).user_id).order_by("pk"):
        delete_asset(asset)
    return HttpResponse(status=204)
