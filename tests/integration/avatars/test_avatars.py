"""Avatars: shown when ready, replaced by the next, gone when deleted."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mediadock.core.states import State
from stack.client import Api, call
from stack.problems import fields_of, refused
from stack.uploads import MIB
from stack.web import QuietWeb
from stack.workers import fails, work_ends

A_FACE = {"filename": "me.png", "contentType": "image/png", "size": 10}


def begun(api: Api) -> Any:
    """The session of a new avatar."""
    answer = api.post("/users/me/avatar/upload", **A_FACE)
    assert answer.status == 201, answer.body
    return answer.json()


def arrived(api: Api) -> int:
    """A new avatar whose bytes are there and wait for a worker."""
    session = begun(api)
    assert call("PUT", session["uploadUrl"], body=b"\xff" * 10, headers=session["headers"]).status == 200
    assert api.post(f"/media/{session['mediaId']}/complete").status == 200
    media_id: int = session["mediaId"]
    return media_id


def becomes_ready(media_id: int) -> None:
    """Processing succeeds and leaves one square."""
    square = {"key": f"media/{media_id}/96.webp", "content_type": "image/webp", "width": 96, "height": 96}
    work_ends(media_id, State.READY, variants={"96": square | {"size_bytes": 1}})


def avatar_of(api: Api) -> Any:
    """The avatar of the caller's own profile."""
    return api.get("/users/me").json()["avatar"]


def test_an_avatar_is_shown_to_everybody_once_it_is_ready(alice: Api, bob: Api) -> None:
    assert avatar_of(alice) is None
    media_id = arrived(alice)
    assert avatar_of(alice) is None
    becomes_ready(media_id)
    assert f"media/{media_id}/96.webp" in avatar_of(alice)["96"]
    found = bob.get(f"/users/?search={alice.username}").json()["items"]
    assert [set(user["avatar"]) for user in found] == [{"96"}]
    events = alice.get("/events/?limit=1000").json()["items"]
    assert {event["type"] for event in events} == {"avatar_update"}


def test_the_present_avatar_stays_until_the_next_is_ready_and_goes_then(alice: Api) -> None:
    first, second = arrived(alice), arrived(alice)
    becomes_ready(first)
    fails(second)
    assert f"media/{first}/" in avatar_of(alice)["96"]
    third = arrived(alice)
    becomes_ready(third)
    assert f"media/{third}/" in avatar_of(alice)["96"]
    for gone in (first, second):
        refused(alice.get(f"/media/{gone}"), 404)


def test_an_earlier_avatar_that_is_ready_late_does_not_come_back(alice: Api) -> None:
    first, second = arrived(alice), arrived(alice)
    becomes_ready(second)
    becomes_ready(first)
    assert f"media/{second}/" in avatar_of(alice)["96"]


def test_ones_avatar_can_be_deleted(alice: Api) -> None:
    media_id = arrived(alice)
    becomes_ready(media_id)
    for _ in range(2):
        assert alice.delete("/users/me/avatar").status == 204
    assert avatar_of(alice) is None
    refused(alice.get(f"/media/{media_id}"), 404)


def test_the_key_is_below_the_user(alice: Api) -> None:
    assert re.search(rf"incoming/users/{alice.user_id}/avatar/[0-9a-f-]{{36}}-me\.png", begun(alice)["uploadUrl"])


@pytest.mark.parametrize(
    ("declared", "status", "field"),
    [
        ({"contentType": "video/mp4", "filename": "me.mp4"}, 415, "contentType"),
        ({"size": 10 * MIB + 1}, 413, "size"),
    ],
)
def test_what_is_no_avatar_is_refused(alice: Api, declared: dict[str, Any], status: int, field: str) -> None:
    assert fields_of(refused(alice.post("/users/me/avatar/upload", **(A_FACE | declared)), status)) == [field]


def test_nobody_has_no_avatar(web: QuietWeb) -> None:
    refused(web.anonymous().post("/users/me/avatar/upload", **A_FACE), 401)
    refused(web.anonymous().delete("/users/me/avatar"), 401)
