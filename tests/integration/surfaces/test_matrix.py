"""Who may do what on every surface beside the chat: the owner, another user, that one's service, nobody."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from mediadock.auth.conf import token_settings
from mediadock.auth.jwt import issue
from stack.client import Api, call
from stack.problems import refused
from stack.surface_doors import A_BATCH, A_PICTURE, SURFACE_DOORS, Door, Names
from stack.web import QuietWeb

A_FACE = {"filename": "me.png", "contentType": "image/png", "size": 10}


def as_service(user: Api) -> Api:
    """A machine that acts for the user."""
    assert user.user_id is not None
    return replace(user, token=issue(token_settings(), user_id=user.user_id, now=time.time(), scope="service"))


@pytest.fixture
def names(alice: Api) -> Names:
    """One thing of Alice's on every surface."""
    generation = "gen-1"
    assert as_service(alice).post(f"/generated/{generation}/images", **A_BATCH).status == 201
    return {
        "media_id": alice.post("/media/upload-session", **A_PICTURE).json()["mediaId"],
        "post_id": alice.post("/feed/submit", content="Mine").json()["postId"],
        "album_id": alice.post("/albums", title="Mine").json()["albumId"],
        "generation_id": generation,
        "index": 0,
    }


@pytest.mark.parametrize("door", SURFACE_DOORS, ids=str)
def test_everybody_gets_what_is_theirs(door: Door, names: Names, alice: Api, bob: Api) -> None:
    for person, status in ((bob, door.other), (as_service(bob), door.service), (alice, door.owner)):
        answer = door.open(person, names)
        assert answer.status == status, answer.body
        if status >= 400:
            refused(answer, status)


@pytest.mark.parametrize("unknown", [0, 2**62, 2**80])
@pytest.mark.parametrize("door", [door for door in SURFACE_DOORS if door.other == 404], ids=str)
def test_what_is_somebody_elses_is_as_what_never_was(door: Door, unknown: int, names: Names, bob: Api) -> None:
    never = {name: "gen-0" if name == "generation_id" else unknown for name in names} | {"index": 0}
    foreign = refused(door.open(bob, names), 404)
    assert refused(door.open(bob, never), 404) == foreign


def test_an_address_longer_than_any_is_nobodys_with_a_key_too(alice: Api) -> None:
    number = "".join(random.Random(1).choices("123456789", k=3_500))  # no index holds it, nor makes it smaller
    path = f"/albums/{number}/media/upload"
    answer = alice.request("POST", path, headers={"Idempotency-Key": "one"}, **A_FACE)
    refused(answer, 404, "album_not_found")


@pytest.mark.parametrize("user_id", [2**31 - 1, 2**31, 2**60])
def test_a_good_token_of_a_user_who_is_not_there_makes_nothing(user_id: int, web: QuietWeb) -> None:
    nobody = as_service(replace(web.anonymous(), user_id=user_id))
    for path, body in {
        "/albums": {"title": "Nobody's"},
        "/feed/submit": {"content": "Nobody's"},
        "/generated/gen-1/images": A_BATCH,
        "/media/upload-session": A_PICTURE,
        "/users/me/avatar/upload": A_FACE,
    }.items():
        for headers in ({}, {"Idempotency-Key": "one"}):
            refused(nobody.send("POST", path, json=body, headers=headers), 401, "user_unknown")
    for path in ("/albums", "/media", "/generated", "/uploads/"):
        assert nobody.get(path).json() == {"items": [], "next": None}


@pytest.mark.parametrize("door", SURFACE_DOORS, ids=str)
def test_nobody_gets_nothing_whatever_the_body(door: Door, names: Names, web: QuietWeb) -> None:
    refused(door.open(web.anonymous(), names), 401, "token_missing")
    url = web.url + "/api/v1" + door.path.format(**names)
    refused(call(door.method, url, body=b"{not json", headers={"Authorization": "Bearer nonsense"}), 401)
