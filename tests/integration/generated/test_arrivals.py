"""A job with keys of its own puts its images where they are awaited, and asks for no address (specification 5.5)."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from mediadock.auth.conf import token_settings
from mediadock.auth.jwt import issue
from mediadock.uploads.models import Ledger, MediaAsset
from mediadock.uploads.services.sweep import sweep
from mediadock.uploads.store import object_store
from stack.at_once import at_once
from stack.client import Api, call
from stack.events import Store
from stack.problems import refused
from stack.uploads import MIB
from stack.workers import becomes_ready, fails

BODY = b"\xff" * 10


@pytest.fixture
def service(alice: Api) -> Api:
    """A machine that acts for alice."""
    assert alice.user_id is not None
    return replace(alice, token=issue(token_settings(), user_id=alice.user_id, now=time.time(), scope="service"))


def announced(service: Api, generation: str = "gen-1", count: int = 2) -> list[dict[str, int]]:
    """The records of images to come."""
    answer = service.post(f"/generated/{generation}/images", count=count, contentType="image/png")
    assert answer.status == 201, answer.body
    images: list[dict[str, int]] = answer.json()["images"]
    return images


def key_of(image: dict[str, int], *, generation: str = "gen-1", extension: str = "png") -> str:
    """Where an image is awaited."""
    return f"incoming/generated/{generation}/{image['imageId']}_{image['index']}.{extension}"


def lies_at(key: str, body: bytes = BODY) -> str:
    """An object that a job has put there."""
    object_store().put(key, body, content_type="image/png", size_bytes=len(body))
    return key


def shown(api: Api) -> list[dict[str, Any]]:
    """The images of the generation."""
    images: list[dict[str, Any]] = api.get("/generated/gen-1/images").json()["images"]
    return images


def told(api: Api) -> list[tuple[int, str]]:
    """Which asset entered which state, in order."""
    events = api.get("/events/?limit=1000").json()["items"]
    assert {event["type"] for event in events} <= {"generated_update"}
    return [(event["data"]["asset_id"], event["data"]["state"]) for event in events]


def test_the_event_of_an_object_finds_the_image_that_was_announced(store: Store, service: Api, alice: Api) -> None:
    first, second = announced(service)
    assert store.created(lies_at(key_of(second)), key_of(first)) == 1
    assert told(alice) == [(second["mediaId"], "pending"), (second["mediaId"], "uploaded")]
    assert [image["status"] for image in shown(alice)] == ["pending", "pending"]
    becomes_ready(second["mediaId"])
    assert [image["status"] for image in shown(alice)] == ["pending", "uploaded"]
    media = shown(alice)[1]["media"]
    assert (media["mediaId"], media["fileSize"], media["fileName"]) == (
        second["mediaId"],
        len(BODY),
        f"{second['imageId']}_1.png",
    )
    refused(service.post("/generated/gen-1/images/1/upload", size=10, contentType="image/png"), 409, "image_uploaded")


def test_of_events_at_the_same_moment_one_finds_it(store: Store, service: Api, alice: Api) -> None:
    image = announced(service)[0]
    key = lies_at(key_of(image))
    at_once(*[lambda: store.created(key)] * 4, sweep_here, lambda: service_asks(service))
    assert [state for _, state in told(alice)] == ["pending", "uploaded"]
    assert store.created(key) == 0
    sweep_here()
    assert len(told(alice)) == 2


def service_asks(service: Api) -> None:
    """It wants an address after all."""
    answer = service.post("/generated/gen-1/images/0/upload", size=len(BODY), contentType="image/png")
    assert answer.status in {201, 409}, answer.body


def sweep_here() -> None:
    """A round of the sweeper, in this thread."""
    sweep()
    connection.close()


def test_what_no_event_told_of_the_sweeper_finds(service: Api, alice: Api) -> None:
    images = announced(service)
    for image in images:
        lies_at(key_of(image))
    sweep_here()
    sweep_here()
    assert sorted(told(alice)) == sorted((image["mediaId"], state) for image in images for state in STEPS)


STEPS = ("pending", "uploaded")


def test_an_object_elsewhere_is_nobodys_image(store: Store, service: Api, bob: Api, alice: Api) -> None:
    first, second = announced(service)
    assert bob.user_id is not None
    his = replace(bob, token=issue(token_settings(), user_id=bob.user_id, now=time.time(), scope="service"))
    foreign = announced(his, generation="gen-2")[0]
    wrong = [
        key_of(first | {"index": 1}),
        key_of(first | {"index": 7}),
        key_of(first | {"index": 2**40}),
        key_of(first | {"index": -1}),
        key_of(first | {"imageId": 10**17}),
        key_of(first | {"imageId": 2**63}),
        key_of(first, generation="gen-2"),
        key_of(foreign),
        key_of(first, extension="PNG"),
        key_of(first, extension="tar.gz"),
        key_of(first).replace(f"{first['imageId']}_", f"0{first['imageId']}_"),
        key_of(first).replace("_0.", "_00."),
        key_of(first).removesuffix(".png"),
        key_of(first).removeprefix("incoming/"),
        key_of(first).replace("incoming/", "incoming/users/"),
        key_of(first) + "/more.png",
    ]
    for key in wrong:
        if not key.endswith("/more.png"):
            lies_at(key)
    assert store.created(*wrong, key_of(second)) == 0
    sweep_here()
    assert (told(alice), told(bob)) == ([], [])
    object_store().delete(wrong)


def test_nothing_in_it_is_no_image_yet(store: Store, service: Api, alice: Api) -> None:
    image = announced(service)[0]
    assert store.created(lies_at(key_of(image), b"")) == 0
    assert told(alice) == []
    assert store.created(lies_at(key_of(image))) == 1


def test_another_picture_format_is_taken_and_one_of_two_objects(store: Store, service: Api, alice: Api) -> None:
    image = announced(service)[0]
    first, other = (lies_at(key_of(image, extension=extension)) for extension in ("webp", "png"))
    assert store.created(first, other) == 1
    assert MediaAsset.objects.get(pk=image["mediaId"]).object_key == first
    assert [state for _, state in told(alice)] == ["pending", "uploaded"]


def test_an_image_that_was_deleted_does_not_come_back(store: Store, service: Api, alice: Api) -> None:
    image = announced(service)[0]
    key = lies_at(key_of(image))
    assert store.created(key) == 1
    assert service.delete(f"/media/{image['mediaId']}").status == 204
    assert store.created(lies_at(key)) == 0
    sweep_here()
    assert not MediaAsset.objects.filter(object_key=key).exists()
    refused(alice.get(f"/media/{image['mediaId']}"), 404)


def test_one_that_failed_is_sent_anew_by_asking_for_an_address(store: Store, service: Api, alice: Api) -> None:
    image = announced(service)[0]
    assert store.created(lies_at(key_of(image))) == 1
    fails(image["mediaId"])
    session = service.post("/generated/gen-1/images/0/upload", size=10, contentType="image/png").json()
    assert call("PUT", session["uploadUrl"], body=BODY, headers=session["headers"]).status == 200
    assert service.post(f"/media/{session['mediaId']}/complete").status == 200
    becomes_ready(session["mediaId"])
    assert shown(alice)[0]["status"] == "uploaded"


def test_an_owner_without_room_has_it_when_there_is_room_again(store: Store, service: Api, alice: Api) -> None:
    image = announced(service)[0]
    key = lies_at(key_of(image))
    full = {"pending_count": 0, "used_bytes": 200 * 1024 * MIB}
    Ledger.objects.create(owner_id=alice.user_id, **full)
    assert store.created(key) == 0
    sweep_here()
    assert told(alice) == []
    Ledger.objects.filter(pk=alice.user_id).update(used_bytes=0)
    sweep_here()
    assert [state for _, state in told(alice)] == ["pending", "uploaded"]
    assert Ledger.objects.get(pk=alice.user_id).used_bytes == len(BODY)
