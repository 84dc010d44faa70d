"""Films under a profile of a host's own, whose variants bear names of its own: the first is the film itself."""

from __future__ import annotations

from typing import Any

from mediadock.core.filetypes import Kind
from mediadock.core.parts import MIB
from mediadock.core.policy import Declared
from mediadock.core.profiles import Profile, VideoPreset, VideoVariant, register
from mediadock.core.states import State
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.complete import complete_upload
from mediadock.uploads.services.prepare import prepare_uploads
from mediadock.uploads.snapshot import render, snapshot
from stack.client import Api, call
from stack.workers import work_ends

LECTURES = Profile(
    name="lectures",
    max_bytes={Kind.VIDEO: MIB},
    key_layout="lectures/{owner}/{asset}/{name}",
    event_type="lecture_update",
    video=VideoPreset(variants=(VideoVariant(name="wide"), VideoVariant(name="phone")), square=64, sizes=(320,)),
)


def variant(asset_id: int, name: str, content_type: str) -> dict[str, Any]:
    """A variant as a worker records it."""
    return {"key": f"media/{asset_id}/{name}", "content_type": content_type, "width": 1, "height": 1, "size_bytes": 1}


def test_the_first_variant_is_the_film_and_the_smallest_picture_its_thumbnail(alice: Api) -> None:
    register(LECTURES)
    assert alice.user_id is not None
    declared = Declared(file_name="one.mp4", size_bytes=10, content_type="video/mp4")
    (grant,) = prepare_uploads(
        owner_id=alice.user_id, profile=LECTURES, declared=[declared], audience=[alice.user_id]
    ).grants
    assert call("PUT", grant.put_url or "", body=b"\xff" * 10, headers=grant.headers).status == 200
    asset = complete_upload(MediaAsset.objects.get(pk=grant.asset_id))
    films = {name: variant(asset.pk, name, "video/mp4") for name in ("phone", "wide", "original")}
    pictures = {name: variant(asset.pk, name, "image/webp") for name in ("320", "64")}
    work_ends(asset.pk, State.READY, variants=films | pictures)
    asset.refresh_from_db()
    shown = render(snapshot(asset, message_status=None), viewer_id=alice.user_id)
    assert shown["media_url"] == shown["url"] == shown["variants"]["wide"]["url"]
    assert shown["thumbnail_url"] == shown["variants"]["64"]["url"]
