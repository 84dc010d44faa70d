"""The album endpoints. Each view parses, calls one service, shapes the answer."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from ninja import Router

from mediadock.api.idempotency import idempotent
from mediadock.api.pagination import DEFAULT_LIMIT, newest_page
from mediadock.api.responses import json_response
from mediadock.api.schemas import REFUSALS
from mediadock.api.sessions import DeclaredFile
from mediadock.api.surface import SESSION, begins_upload, media_page
from mediadock.auth.http import bearer, principal_of
from mediadock.contrib.albums.albums import (
    album_media_out,
    album_out,
    create_album,
    delete_album,
    find_album,
    held_album,
)
from mediadock.contrib.albums.models import Album
from mediadock.contrib.albums.schemas import AlbumMediaList, AlbumRefList, AlbumRefOut, NewAlbumIn
from mediadock.contrib.albums.surface import ALBUM, LINK_KIND
from mediadock.uploads.links import ExistingLink
from mediadock.uploads.services.find import find_linked
from mediadock.uploads.services.prepare import Prepared, prepare_uploads

router = Router(auth=bearer, tags=["albums"])


@router.post("/albums", response={201: AlbumRefOut, **REFUSALS})
@idempotent
def create(request: HttpRequest, body: NewAlbumIn) -> HttpResponse:
    """Make an album."""
    return json_response(201, album_out(create_album(owner_id=principal_of(request).user_id, title=body.title)))


@router.get("/albums", response={200: AlbumRefList, **REFUSALS})
def list_albums(request: HttpRequest, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> HttpResponse:
    """The caller's albums, newest first."""
    mine = Album.objects.filter(owner_id=principal_of(request).user_id)
    page, following = newest_page(mine, cursor=cursor, limit=limit)
    return json_response(200, {"items": [album_out(album) for album in page], "next": following})


@router.get("/albums/{album_id}", response={200: AlbumRefOut, **REFUSALS})
def get_album(request: HttpRequest, album_id: int) -> HttpResponse:
    """One album of the caller's."""
    return json_response(200, album_out(find_album(principal_of(request).user_id, album_id)))


@router.delete("/albums/{album_id}", response={204: None, **REFUSALS})
def delete(request: HttpRequest, album_id: int) -> HttpResponse:
    """Remove an album with all that is in it."""
    delete_album(find_album(principal_of(request).user_id, album_id))
    return HttpResponse(status=204)


@router.post("/albums/{album_id}/media/upload", response=SESSION)
@begins_upload
def upload(request: HttpRequest, album_id: int, body: DeclaredFile) -> Prepared:
    """Begin an upload into an album. The store's event completes a small file; ``complete`` need not be called."""
    user_id = principal_of(request).user_id
    album = find_album(user_id, album_id)
    return prepare_uploads(
        owner_id=user_id,
        profile=ALBUM,
        declared=[body.declared()],
        audience=[user_id],
        link=ExistingLink(LINK_KIND, album.pk, held=partial(held_album, album)),
        key_fields={"album": album.pk},
    )


@router.get("/albums/{album_id}/media", response={200: AlbumMediaList, **REFUSALS})
def list_media(
    request: HttpRequest, album_id: int, cursor: str | None = None, limit: int = DEFAULT_LIMIT
) -> HttpResponse:
    """What is in an album, newest first; what failed stays, with its reason."""
    user_id = principal_of(request).user_id
    inside = find_linked(LINK_KIND, find_album(user_id, album_id).pk)
    return media_page(inside, viewer_id=user_id, cursor=cursor, limit=limit, shape=album_media_out)
