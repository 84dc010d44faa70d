"""``/m/{mediaId}``: the address that a page may keep; it leads to where the medium lies just now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from mediadock.api.problems import database_away, problem_of
from mediadock.auth.http import bearer, brings_credentials
from mediadock.core.errors import MediadockError, NotFound
from mediadock.core.policy import MAX_INT64
from mediadock.core.profiles import profile_named
from mediadock.core.states import State
from mediadock.uploads.connections import DATABASE_AWAY
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.find import find_visible_asset
from mediadock.uploads.snapshot import render, snapshot

NOBODY = 0
_SHORTER_THAN_THE_ADDRESS = "max-age=60"


def to_the_medium(request: HttpRequest, media_id: int) -> HttpResponse:
    """302 to the published object once it is ready; public media for everybody, others for who may see them."""
    try:
        asset, viewer_id = _visible(request, media_id)
    except MediadockError as refusal:
        return problem_of(refusal)
    except DATABASE_AWAY as error:
        return database_away(request, error)
    response = HttpResponseRedirect(render(snapshot(asset, message_status=None), viewer_id=viewer_id)["media_url"])
    response.headers["Cache-Control"] = f"private, {_SHORTER_THAN_THE_ADDRESS}"
    return response


def _visible(request: HttpRequest, media_id: int) -> tuple[MediaAsset, int]:
    ready = MediaAsset.objects.filter(pk=media_id, state=State.READY).first() if media_id <= MAX_INT64 else None
    if ready is not None and profile_named(ready.profile).public:
        return ready, NOBODY
    viewer_id = bearer(request).user_id if brings_credentials(request) else NOBODY
    if ready is None or viewer_id == NOBODY:
        raise NotFound("media_not_found", "There is nothing to be seen here, or not yet.")
    return find_visible_asset(viewer_id, media_id), viewer_id
