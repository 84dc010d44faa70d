"""Pictures put into an album, and avatars: nobody calls complete, the store's event does."""

from __future__ import annotations

from typing import Any

import pyvips

from media.pictures import photo_like
from stack.client import Api, call
from stack.waiting import eventually


def put(session: Any, body: bytes) -> None:
    """The bytes, where the session says; nothing is said to the server."""
    answer = call("PUT", session["uploadUrl"], body=body, headers=session["headers"])
    assert answer.status == 200, answer.body


def told(api: Api, kind: str) -> dict[int, list[str]]:
    """The stages that the caller was told of each asset by events of that type, in order."""
    stages: dict[int, list[str]] = {}
    for event in api.get("/events/?limit=1000").json()["items"]:
        if event["type"] == kind:
            stages.setdefault(event["data"]["asset_id"], []).append(event["data"]["stage"])
    return stages


def test_an_album_fills_by_the_events_of_the_store_alone(alice: Api) -> None:
    album = alice.post("/albums", title="Summer").json()["albumId"]
    good, bad = photo_like(800, 600), b"\xff\xd8\xff" + bytes(500)
    for name, body in (("good.jpg", good), ("bad.jpg", bad)):
        declared = {"filename": name, "contentType": "image/jpeg", "size": len(body)}
        put(alice.post(f"/albums/{album}/media/upload", **declared).json(), body)

    def inside() -> dict[str, Any]:
        return {item["fileName"]: item for item in alice.get(f"/albums/{album}/media").json()["items"]}

    eventually(lambda: {item["status"] for item in inside().values()} == {"uploaded", "failed"}, within_s=60.0)
    shown = inside()
    assert call("GET", shown["good.jpg"]["thumbnailUrl"]).status == 200
    assert (shown["good.jpg"]["width"], shown["good.jpg"]["height"]) == (800, 600)
    assert shown["bad.jpg"]["error"]["retryable"] is False
    stages = told(alice, "album_update")
    assert [stages[shown[name]["mediaId"]][0] for name in ("good.jpg", "bad.jpg")] == ["uploading", "uploading"]
    assert [stages[shown[name]["mediaId"]][-1] for name in ("good.jpg", "bad.jpg")] == ["done", "failed"]


def test_an_avatar_is_square_and_replaced_twice(alice: Api, bob: Api) -> None:
    shown: set[str] = set()
    for width, height in ((1200, 800), (500, 900), (700, 700)):
        body = photo_like(width, height)
        declared = {"filename": "me.jpg", "contentType": "image/jpeg", "size": len(body)}
        session = alice.post("/users/me/avatar/upload", **declared).json()
        put(session, body)
        eventually(lambda session=session: is_shown(bob, alice, session["mediaId"]), within_s=60.0)
        avatar = profile_of(bob, alice)["avatar"]
        for size in ("96", "240", "480"):
            picture = pyvips.Image.new_from_buffer(call("GET", avatar[size]).body, "")
            assert (picture.width, picture.height) == (int(size), int(size))
        shown.add(avatar["96"])
    eventually(lambda: sorted(call("GET", address).status for address in shown) == [200, 404, 404], within_s=30.0)
    assert [stages[-1] for stages in told(alice, "avatar_update").values()] == ["deleted", "deleted", "done"]


def profile_of(viewer: Api, user: Api) -> Any:
    """A user as others find one."""
    return viewer.get(f"/users/?search={user.username}").json()["items"][0]


def is_shown(viewer: Api, user: Api, media_id: int) -> bool:
    """Whether this upload is the user's avatar now."""
    avatar = profile_of(viewer, user)["avatar"]
    return avatar is not None and f"/media/{media_id}/" in avatar["96"]
