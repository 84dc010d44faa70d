"""Albums: make one, find one, show what is in it, remove it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DataError, IntegrityError

from mediadock.api.media import media_out
from mediadock.contrib.albums.models import Album
from mediadock.contrib.albums.surface import LINK_KIND
from mediadock.core.errors import NotFound, Unauthenticated
from mediadock.core.policy import MAX_INT64
from mediadock.core.states import VIEWS, State
from mediadock.uploads.crashpoints import committing
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.delete import delete_asset


def create_album(*, owner_id: int, title: str) -> Album:
    """A new album without anything in it."""
    try:
        with committing("surface"):
            album = Album.objects.create(owner_id=owner_id, title=title)
    except (IntegrityError, DataError) as error:  # no such user, or no user can have such an id
        raise Unauthenticated("user_unknown", "The token's user does not exist any more.") from error
    album.refresh_from_db()
    return album


def find_album(owner_id: int, album_id: int) -> Album:
    """The caller's album; anybody else's is ``NotFound`` (``album_not_found``)."""
    possible = 0 < album_id <= MAX_INT64
    album = Album.objects.filter(pk=album_id, owner_id=owner_id).first() if possible else None
    if album is None:
        raise _no_album()
    return album


@contextmanager
def held_album(album: Album) -> Iterator[None]:
    """A transaction in which the album stays. Raises ``NotFound`` when it was deleted meanwhile."""
    with committing("surface"):
        if Album.objects.select_for_update(no_key=True).filter(pk=album.pk).first() is None:
            raise _no_album()
        yield


def delete_album(album: Album) -> None:
    """Remove an album with all that is in it; what is to go into it waits, and finds that it is gone."""
    with committing("surface"):
        Album.objects.select_for_update().filter(pk=album.pk).first()
        locked = MediaAsset.objects.select_for_update().filter(link_kind=LINK_KIND, link_id=album.pk).order_by("pk")
        for asset in list(locked):
            delete_asset(asset)
        album.delete()


def album_out(album: Album) -> dict[str, Any]:
    """An album as the wire has it."""
    return {"albumId": album.pk, "title": album.title, "createdAt": album.created_at.isoformat()}


def album_media_out(asset: MediaAsset, *, viewer_id: int) -> dict[str, Any]:
    """One medium of an album, in the album's words."""
    return {**media_out(asset, viewer_id=viewer_id), "status": VIEWS[State(asset.state)].short_status}


def _no_album() -> NotFound:
    return NotFound("album_not_found", "There is no such album of yours.")
