"""Generated images: announced by a service, sent when they are made, found again by generation and index."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

import pytest

from mediadock.auth.conf import token_settings
from mediadock.auth.jwt import issue
from mediadock.uploads import outbox
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.relay import discard
from mediadock.uploads.store import object_store
from stack.at_once import at_once
from stack.client import Api, call
from stack.problems import fields_of, refused
from stack.uploads import MIB
from stack.web import QuietWeb
from stack.workers import becomes_ready, fails

A_BATCH = {"count": 4, "contentType": "image/png", "prompt": "a lighthouse", "model": "sd-xl"}


@pytest.fixture
def service(alice: Api) -> Api:
    """A machine that acts for alice."""
    assert alice.user_id is not None
    return replace(alice, token=issue(token_settings(), user_id=alice.user_id, now=time.time(), scope="service"))


def announced(service: Api, generation: str = "gen-1") -> list[dict[str, int]]:
    """The records of four images to come."""
    answer = service.post(f"/generated/{generation}/images", **A_BATCH)
    assert answer.status == 201, answer.body
    images: list[dict[str, int]] = answer.json()["images"]
    return images


def begun(service: Api, index: int, *, size: int = 10, generation: str = "gen-1") -> Any:
    """The session of one image that is made."""
    path = f"/generated/{generation}/images/{index}/upload"
    answer = service.post(path, size=size, contentType="image/png")
    assert answer.status == 201, answer.body
    return answer.json()


def arrives(service: Api, index: int) -> int:
    """One image whose bytes are there and wait for a worker."""
    session = begun(service, index)
    assert call("PUT", session["uploadUrl"], body=b"\xff" * 10, headers=session["headers"]).status == 200
    assert service.post(f"/media/{session['mediaId']}/complete").status == 200
    media_id: int = session["mediaId"]
    return media_id


def statuses(api: Api) -> list[str]:
    """What the generation shows of each image, by index."""
    return [image["status"] for image in api.get("/generated/gen-1/images").json()["images"]]


def test_a_generation_is_announced_and_filled_in_any_order(service: Api, alice: Api) -> None:
    images = announced(service)
    assert [image["index"] for image in images] == [0, 1, 2, 3]
    assert statuses(alice) == ["pending"] * 4
    session = begun(service, 2)
    assert session["mediaId"] == images[2]["mediaId"]
    key = rf"incoming/generated/gen-1/{images[2]['imageId']}_2\.png"
    assert re.search(key, session["uploadUrl"])
    becomes_ready(arrives(service, 3))
    fails(arrives(service, 1))
    assert statuses(alice) == ["pending", "failed", "pending", "uploaded"]
    shown = alice.get("/generated/gen-1/images").json()["images"]
    assert (shown[0]["prompt"], shown[0]["model"], shown[0]["media"]) == ("a lighthouse", "sd-xl", None)
    assert shown[3]["media"]["status"] == "READY"
    events = alice.get("/events/?limit=1000").json()["items"]
    assert {event["type"] for event in events} == {"generated_update"}


def test_asked_again_an_image_has_a_fresh_address_and_an_arrived_one_none(service: Api) -> None:
    announced(service)
    first, again = begun(service, 0), begun(service, 0)
    assert first["mediaId"] == again["mediaId"]
    path = "/generated/gen-1/images/0/upload"
    refused(service.post(path, size=11, contentType="image/png"), 409, "image_announced")
    arrives(service, 0)
    refused(service.post(path, size=10, contentType="image/png"), 409, "image_uploaded")


def test_an_image_that_failed_may_be_sent_anew(service: Api, alice: Api) -> None:
    announced(service)
    failed = arrives(service, 0)
    fails(failed)
    anew = arrives(service, 0)
    assert anew != failed
    becomes_ready(anew)
    assert statuses(alice)[0] == "uploaded"


def test_an_image_that_was_deleted_may_be_sent_anew_and_what_still_goes_of_it_takes_nothing_along(
    service: Api,
) -> None:
    announced(service)
    deleted = begun(service, 0)
    assert service.delete(f"/media/{deleted['mediaId']}").status == 204
    anew = arrives(service, 0)
    assert anew != deleted["mediaId"]
    outbox.drain(outbox.DISCARD, discard)  # by a relay that comes late
    becomes_ready(anew)
    key = MediaAsset.objects.get(pk=anew).object_key
    assert object_store().head(key).size_bytes == 10
    assert statuses(service)[0] == "uploaded"


def test_asked_at_the_same_moment_there_is_one_upload(service: Api, alice: Api) -> None:
    announced(service)
    path = "/generated/gen-1/images/0/upload"
    answers = at_once(*[lambda: service.post(path, size=10, contentType="image/png")] * 4)
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json()["mediaId"] for answer in answers}) == 1
    assert len(alice.get("/uploads/").json()["items"]) == 1


def test_a_generation_is_announced_once(service: Api) -> None:
    announced(service)
    refused(service.post("/generated/gen-1/images", **A_BATCH), 409, "generation_exists")
    with_key = [
        service.request("POST", "/generated/gen-2/images", headers={"Idempotency-Key": "k"}, **A_BATCH)
        for _ in range(2)
    ]
    assert [answer.status for answer in with_key] == [201, 201]
    assert with_key[0].json() == with_key[1].json()


def test_generations_are_listed_newest_first_and_ones_own(service: Api, alice: Api, bob: Api) -> None:
    for name in ("gen-1", "gen-2", "gen-3"):
        announced(service, name)
    first = alice.get("/generated?limit=2").json()
    assert [item["generationId"] for item in first["items"]] == ["gen-3", "gen-2"]
    assert [image["index"] for image in first["items"][0]["images"]] == [0, 1, 2, 3]
    rest = alice.get(f"/generated?cursor={first['next']}").json()
    assert ([item["generationId"] for item in rest["items"]], rest["next"]) == (["gen-1"], None)
    assert bob.get("/generated").json() == {"items": [], "next": None}


def test_generations_of_one_name_and_two_services_are_two(service: Api, bob: Api) -> None:
    mine = announced(service)
    assert bob.user_id is not None
    other = replace(bob, token=issue(token_settings(), user_id=bob.user_id, now=time.time(), scope="service"))
    theirs = announced(other)
    assert not {image["mediaId"] for image in mine} & {image["mediaId"] for image in theirs}


def test_only_a_service_brings_images_and_only_the_owner_sees_them(
    service: Api, alice: Api, bob: Api, web: QuietWeb
) -> None:
    announced(service)
    refused(alice.post("/generated/gen-9/images", **A_BATCH), 403, "service_only")
    refused(alice.post("/generated/gen-1/images/0/upload", size=10, contentType="image/png"), 403, "service_only")
    refused(bob.get("/generated/gen-1/images"), 404, "generation_not_found")
    refused(service.get("/generated/gen-9/images"), 404, "generation_not_found")
    refused(web.anonymous().get("/generated/gen-1/images"), 401)
    refused(web.anonymous().get("/generated"), 401)
    refused(web.anonymous().post("/generated/gen-1/images", **A_BATCH), 401)


@pytest.mark.parametrize("index", [4, -1, 2**31, 2**70])
def test_images_that_were_not_announced_are_not_found(service: Api, index: int) -> None:
    announced(service)
    path = f"/generated/gen-1/images/{index}/upload"
    refused(service.post(path, size=10, contentType="image/png"), 404, "image_not_found")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"count": 0}, 422, "count"),
        ({"count": 101}, 422, "count"),
        ({"contentType": "video/mp4"}, 415, "contentType"),
        ({"contentType": "image/svg+xml"}, 415, "contentType"),
    ],
)
def test_what_is_no_generation_is_refused(service: Api, body: dict[str, Any], status: int, field: str) -> None:
    assert fields_of(refused(service.post("/generated/gen-1/images", **(A_BATCH | body)), status)) == [field]
    refused(service.get("/generated/gen-1/images"), 404)


@pytest.mark.parametrize("generation", ["..", "a%2Fb", "a" * 65, "a%00b", "a b".replace(" ", "%20")])
def test_names_that_could_leave_the_folder_are_refused(service: Api, generation: str) -> None:
    answer = service.post(f"/generated/{generation}/images", **A_BATCH)
    assert answer.status in {404, 405, 422}, answer.body


@pytest.mark.parametrize(
    ("size", "status", "code"), [(0, 422, "file_size_invalid"), (100 * MIB + 1, 413, "file_too_large")]
)
def test_sizes_are_checked(service: Api, size: int, status: int, code: str) -> None:
    announced(service)
    path = "/generated/gen-1/images/0/upload"
    assert fields_of(refused(service.post(path, size=size, contentType="image/png"), status, code)) == ["size"]
    assert statuses(service) == ["pending"] * 4
