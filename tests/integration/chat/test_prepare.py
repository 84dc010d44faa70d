"""Prepare: what is granted for which size, further pages, fresh addresses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from stack.client import Api, call
from stack.problems import fields_of, refused
from stack.uploads import MIB, PART, film, photo, prepare, put_direct, put_part
from stack.web import QuietWeb

LongFilm = tuple[Api, Any]


def signed_length(url: str) -> set[str]:
    """The headers that the address is signed over."""
    return set(parse_qs(urlsplit(url).query)["X-Amz-SignedHeaders"][0].split(";"))


@pytest.mark.parametrize("size", [1, 10 * MIB - 1, 10 * MIB])
def test_up_to_10_mib_one_put_is_granted(alice: Api, bob: Api, size: int) -> None:
    grant = prepare(alice, photo(file_size=size), to=bob)
    assert set(grant) == {"message_id", "asset_id", "mode", "object_key", "put_url", "headers", "expires_at"}
    assert grant["mode"] == "direct"
    assert grant["object_key"] == f"incoming/chat/user_{alice.user_id}/{grant['asset_id']}/beach.jpg"
    assert {"content-length", "content-type", "if-none-match"} <= signed_length(grant["put_url"])
    assert {name.lower(): value for name, value in grant["headers"].items()} == {
        "content-type": "image/jpeg",
        "if-none-match": "*",
    }
    left = datetime.fromisoformat(grant["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)


def test_above_10_mib_all_parts_are_granted_at_once(alice: Api, bob: Api) -> None:
    grant = prepare(alice, film(10 * MIB + 1), to=bob)
    assert (grant["mode"], grant["part_size"], grant["num_parts"]) == ("multipart", PART, 3)
    assert (grant["batch"]["start"], grant["batch"]["count"]) == (1, 3)
    assert [item["part_number"] for item in grant["batch"]["items"]] == [1, 2, 3]
    assert grant["upload_id"]
    assert "put_url" not in grant
    assert len(put_part(grant, 3, b"!")) > 2  # the short last part is signed as short as it is
    assert call("PUT", grant["batch"]["items"][1]["url"], body=b"too short").status == 403


@pytest.mark.parametrize(("size", "num_parts", "count"), [(500 * PART, 500, 500), (500 * PART + 1, 501, 500)])
def test_a_first_page_has_at_most_500_parts(alice: Api, size: int, num_parts: int, count: int) -> None:
    grant = prepare(alice, film(size))
    assert (grant["num_parts"], grant["batch"]["count"], len(grant["batch"]["items"])) == (num_parts, count, count)


@pytest.fixture(scope="module")
def long_film(web: QuietWeb) -> LongFilm:
    """An upload of 521 parts and its owner."""
    owner = web.api_as_somebody()
    return owner, prepare(owner, film(520 * PART + 1))


@pytest.mark.parametrize(
    ("start", "count", "numbers"),
    [(1, 500, (1, 500)), (501, 500, (501, 521)), (521, 1, (521, 521)), (2, 3, (2, 4)), (22, 500, (22, 521))],
)
def test_any_page_can_be_asked_for_by_any_name(
    long_film: LongFilm, start: int, count: int, numbers: tuple[int, int]
) -> None:
    owner, grant = long_film
    first, last = numbers
    for name in ("object_key", "upload_id", "asset_id"):
        answer = owner.post("/chats/upload/prepare/", **{name: grant[name]}, start_part=start, batch_count=count)
        assert answer.status == 200, answer.body
        page = answer.json()
        assert {key: page[key] for key in ("message_id", "asset_id", "object_key", "upload_id", "num_parts")} == {
            key: grant[key] for key in ("message_id", "asset_id", "object_key", "upload_id", "num_parts")
        }
        assert (page["batch"]["start"], page["batch"]["count"]) == (first, last - first + 1)
        assert [item["part_number"] for item in page["batch"]["items"]] == list(range(first, last + 1))


def test_without_numbers_the_first_page_comes_fresh_and_works(alice: Api) -> None:
    grant = prepare(alice, film(11 * MIB))
    answer = alice.post("/chats/upload/prepare/", upload_id=grant["upload_id"], object_key=grant["object_key"])
    assert answer.status == 200
    assert put_part(answer.json(), 3, b"x" * MIB)


@pytest.mark.parametrize(
    ("numbers", "field"),
    [
        ({"start_part": 0}, "start_part"),
        ({"start_part": -1}, "start_part"),
        ({"start_part": 522}, "start_part"),
        ({"start_part": 2**64}, "start_part"),
        ({"batch_count": 0}, "batch_count"),
        ({"batch_count": 501}, "batch_count"),
        ({"start_part": "1"}, "start_part"),
        ({"batch_count": 1.5}, "batch_count"),
        ({"start_part": None}, "start_part"),
    ],
)
def test_a_page_out_of_range_is_refused_by_its_field(
    long_film: LongFilm, numbers: dict[str, object], field: str
) -> None:
    owner, grant = long_film
    problem = refused(owner.post("/chats/upload/prepare/", object_key=grant["object_key"], **numbers), 422)
    assert fields_of(problem) == [field]


def test_a_direct_upload_gets_a_fresh_address_for_the_same_object(alice: Api) -> None:
    grant = prepare(alice, photo())
    answer = alice.post("/chats/upload/prepare/", object_key=grant["object_key"])
    assert answer.status == 200
    fresh = answer.json()
    assert {**fresh, "put_url": "", "expires_at": ""} == {**grant, "put_url": "", "expires_at": ""}
    assert put_direct(fresh, b"x" * 1000).status == 200
    assert put_direct(grant, b"y" * 1000).status == 412  # If-None-Match: the first bytes stay


def test_an_upload_that_takes_no_more_bytes_gets_no_more_addresses(alice: Api) -> None:
    grant = prepare(alice, photo())
    assert alice.post("/chats/upload/abort/", object_key=grant["object_key"]).status == 200
    again = alice.post("/chats/upload/prepare/", object_key=grant["object_key"])
    refused(again, 409, "upload_not_pending")


@pytest.mark.parametrize(
    ("wish", "part_size", "num_parts"),
    [
        ({"client_part_size": 6 * MIB, "client_num_parts": 2}, 6 * MIB, 2),
        ({"client_part_size": 6 * MIB}, 6 * MIB, 2),
        ({"client_num_parts": 2}, 6 * MIB, 2),
        ({"client_part_size": PART, "client_num_parts": 3}, PART, 3),
    ],
)
def test_a_clients_part_plan_is_taken(alice: Api, wish: dict[str, int], part_size: int, num_parts: int) -> None:
    grant = prepare(alice, film(12 * MIB), **wish)
    assert (grant["part_size"], grant["num_parts"]) == (part_size, num_parts)


def test_a_direct_file_ignores_a_part_plan(alice: Api) -> None:
    assert prepare(alice, photo(), client_part_size=1, client_num_parts=10**6)["mode"] == "direct"


def test_a_checksum_is_signed_into_the_put_and_held_by_the_store(alice: Api) -> None:
    checksum = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="  # of b"abc", FIPS 180-2
    grant = prepare(alice, photo(file_size=3), checksum_sha256=checksum)
    assert grant["headers"]["x-amz-checksum-sha256"] == checksum
    assert put_direct(grant, b"abd").status == 400
    assert put_direct(grant, b"abc").status == 200


def test_a_message_to_oneself_is_allowed_and_both_sides_are_told_of_others(alice: Api, bob: Api) -> None:
    own = prepare(alice, photo())
    sent = prepare(alice, photo(), to=bob)
    assert [event["data"]["asset_id"] for event in alice.get("/events/").json()["items"]] == [
        own["asset_id"],
        sent["asset_id"],
    ]
    (event,) = bob.get("/events/").json()["items"]
    assert (event["type"], event["seq"]) == ("chat_message_update", 1)
    told = event["data"]
    assert (told["stage"], told["message_id"], told["owner_id"]) == ("uploading", sent["message_id"], alice.user_id)
    assert "put_url" not in str(event)
