"""Complete: the right answer to every right and wrong call, and never a half state (specification 5.1 and 11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mediadock.uploads.store import object_store
from stack.at_once import at_once
from stack.client import Api, call
from stack.problems import refused
from stack.uploads import (
    FILM_BYTES,
    MIB,
    PART,
    complete,
    film,
    photo,
    prepare,
    put_all_parts,
    put_direct,
    put_part,
    stages,
    state_of,
    uploaded_film,
    uploaded_photo,
)
from stack.workers import expires


def assert_still_usable(api: Api, grant: Any, make_whole: Callable[[], object]) -> None:
    """The refused upload is pending as before, and completes once it is whole."""
    assert state_of(api, grant["asset_id"]) == "pending"
    assert stages(api) == ["uploading"]
    make_whole()
    assert complete(api, grant).status == 202


def test_a_direct_upload_is_completed_and_handed_to_the_workers(alice: Api) -> None:
    grant = uploaded_photo(alice)
    answer = complete(alice, grant)
    assert answer.status == 202
    assert answer.json() == {
        "message_id": grant["message_id"],
        "asset_id": grant["asset_id"],
        "stage": "processing",
    }
    assert stages(alice) == ["uploading", "processing"]


@pytest.mark.parametrize("name", ["object_key", "upload_id", "asset_id"])
def test_any_name_is_enough(alice: Api, name: str) -> None:
    grant, _ = uploaded_film(alice)
    assert alice.post("/chats/upload/complete/", **{name: grant[name]}).status == 202


@pytest.mark.parametrize("path", ["/chats/upload/complete/", "/files/upload/complete/"])
def test_parts_may_be_listed_in_any_order_with_or_without_quotes(alice: Api, path: str) -> None:
    grant, parts = uploaded_film(alice)
    bare = [{**part, "ETag": part["ETag"].strip('"')} for part in parts[:1]]
    answer = alice.post(path, object_key=grant["object_key"], upload_id=grant["upload_id"], parts=parts[:0:-1] + bare)
    assert answer.status == 202, answer.body
    head = object_store().head(grant["object_key"])
    assert head.size_bytes == FILM_BYTES
    last = object_store().read_range(grant["object_key"], etag=head.etag, start=FILM_BYTES - 2, end=FILM_BYTES)
    assert last == b"\x03\x03"


def test_the_stores_list_of_parts_is_enough(alice: Api) -> None:
    grant, _ = uploaded_film(alice)
    assert complete(alice, grant).status == 202


def test_completing_twice_has_one_effect_and_the_same_answer(alice: Api) -> None:
    for grant in (uploaded_photo(alice), uploaded_film(alice)[0]):
        first, second = complete(alice, grant), complete(alice, grant)
        assert (second.status, second.json()) == (first.status, first.json()) == (202, first.json())
    assert stages(alice).count("processing") == 2


@pytest.mark.parametrize("make", [lambda api: uploaded_photo(api), lambda api: uploaded_film(api)[0]])
def test_eight_complete_calls_at_once_have_one_effect(alice: Api, make: Callable[[Api], Any]) -> None:
    grant = make(alice)
    answers = at_once(*[lambda: complete(alice, grant)] * 8)
    assert [answer.status for answer in answers] == [202] * 8, [answer.body for answer in answers]
    assert len({answer.body for answer in answers}) == 1
    assert stages(alice) == ["uploading", "processing"]


def test_after_a_lost_answer_of_the_store_the_object_is_found_and_taken(alice: Api) -> None:
    grant, parts = uploaded_film(alice)
    from mediadock.storage.shapes import CompletedPart

    claimed = [CompletedPart(part["PartNumber"], part["ETag"]) for part in parts]
    object_store().complete_multipart(grant["object_key"], grant["upload_id"], claimed)  # and the process dies here
    assert alice.get(f"/chats/upload/{grant['asset_id']}/parts/").status == 409
    assert complete(alice, grant, parts=parts).status == 202


@pytest.mark.parametrize(
    "spoil",
    [
        lambda parts: [{**parts[0], "ETag": '"' + "0" * 32 + '"'}, *parts[1:]],
        lambda parts: [{**parts[0], "ETag": ""}, *parts[1:]],
        lambda parts: [{**parts[0], "ETag": parts[1]["ETag"]}, *parts[1:]],
        lambda parts: parts[:-1],
        lambda parts: [],
        lambda parts: [*parts, parts[0]],
        lambda parts: [*parts, {"PartNumber": 4, "ETag": parts[0]["ETag"]}],
        lambda parts: [{**parts[0], "PartNumber": 0}, *parts[1:]],
        lambda parts: [{**parts[0], "PartNumber": 2**70}, *parts[1:]],
        lambda parts: [{"PartNumber": number, "ETag": "0" * 32} for number in range(1, 5001)],
    ],
)
def test_parts_that_are_not_the_stores_are_refused(alice: Api, spoil: Callable[[list[Any]], list[Any]]) -> None:
    grant, parts = uploaded_film(alice)
    refused(complete(alice, grant, parts=spoil(parts)), 409, "parts_mismatch")
    assert_still_usable(alice, grant, lambda: None)


def test_missing_parts_are_named(alice: Api) -> None:
    grant = prepare(alice, film(FILM_BYTES))
    put_part(grant, 2, b"x" * PART)
    problem = refused(complete(alice, grant), 409, "parts_missing")
    assert "1, 3" in problem["detail"]
    report = alice.get(f"/chats/upload/{grant['asset_id']}/parts/").json()
    assert report["missing"] == [1, 3]
    assert_still_usable(alice, grant, lambda: put_all_parts(grant, FILM_BYTES))


def test_without_an_object_there_is_nothing_to_complete(alice: Api) -> None:
    grant = prepare(alice, photo())
    refused(complete(alice, grant), 409, "object_missing")
    assert_still_usable(alice, grant, lambda: put_direct(grant, b"x" * 1000))


def test_an_object_of_another_size_is_refused(alice: Api) -> None:
    grant = prepare(alice, photo())
    object_store().put(grant["object_key"], b"x" * 999, content_type="image/jpeg", size_bytes=999)
    refused(complete(alice, grant), 409, "size_mismatch")
    object_store().delete([grant["object_key"]])
    assert_still_usable(alice, grant, lambda: put_direct(grant, b"x" * 1000))


def test_a_put_of_another_size_or_type_never_reaches_the_store(alice: Api) -> None:
    grant = prepare(alice, photo())
    assert put_direct(grant, b"x" * 999).status == 403
    assert put_direct(grant, b"x" * (2 * MIB)).status == 403
    wrong_type = {**grant["headers"], "Content-Type": "text/html"}
    assert call("PUT", grant["put_url"], body=b"x" * 1000, headers=wrong_type).status == 403
    without = {name: value for name, value in grant["headers"].items() if name.lower() != "if-none-match"}
    assert call("PUT", grant["put_url"], body=b"x" * 1000, headers=without).status in {400, 403}
    refused(complete(alice, grant), 409, "object_missing")


def test_an_expired_upload_stays_expired(alice: Api) -> None:
    grant = uploaded_photo(alice)
    expires(grant["asset_id"])
    refused(complete(alice, grant), 409, "upload_expired")
    refused(alice.post("/chats/upload/abort/", object_key=grant["object_key"]), 409, "upload_not_pending")


def test_an_aborted_upload_stays_aborted(alice: Api) -> None:
    grant = uploaded_photo(alice)
    for _ in range(2):
        answer = alice.post("/chats/upload/abort/", object_key=grant["object_key"])
        assert (answer.status, answer.json()["stage"]) == (200, "failed")
    refused(complete(alice, grant), 409, "upload_aborted")
    assert stages(alice) == ["uploading", "failed"]


def test_thousands_of_parts_fit_into_a_call(alice: Api) -> None:
    grant = prepare(alice, film(4096 * PART))
    parts = [{"PartNumber": number, "ETag": f'"{number:032x}"'} for number in range(1, 4097)]
    refused(complete(alice, grant, parts=parts), 409, "parts_missing")
    too_many = [{"PartNumber": number, "ETag": "x"} for number in range(1, 10_002)]
    refused(complete(alice, grant, parts=too_many), 422)
