"""Albums: many files in one message, all of them or nothing (specification 5.2)."""

from __future__ import annotations

from typing import Any

import pytest

from stack.client import Api
from stack.problems import fields_of, refused
from stack.uploads import MIB, film, photo, prepare_album

ALBUM = "/files/upload/"


def album(receiver: Api, *attachments: Any, **changes: Any) -> dict[str, Any]:
    """The body of an album."""
    return {"receiver_id": receiver.user_id, "text": "", "attachments": list(attachments), **changes}


def test_an_album_is_granted_in_the_order_asked(alice: Api, bob: Api) -> None:
    files = [film(11 * MIB, file_name="a.mp4"), photo(file_name="b.jpg"), photo(file_name="c.jpg", kind="image")]
    answer = prepare_album(alice, *files, to=bob, text="three")
    assert set(answer) == {"message_id", "uploads"}
    assert [one["mode"] for one in answer["uploads"]] == ["multipart", "direct", "direct"]
    assert [one["object_key"].rpartition("/")[2] for one in answer["uploads"]] == ["a.mp4", "b.jpg", "c.jpg"]
    (message,) = bob.get(f"/chats/{alice.user_id}/messages/").json()["items"]
    assert (message["message_id"], message["text"], message["status"]) == (answer["message_id"], "three", "pending")
    assert [one["file_name"] for one in message["attachments"]] == ["a.mp4", "b.jpg", "c.jpg"]
    events = bob.get("/events/").json()["items"]
    assert [event["seq"] for event in events] == [1, 2, 3]
    assert [event["data"]["file_name"] for event in events] == ["a.mp4", "b.jpg", "c.jpg"]


@pytest.mark.parametrize("count", [1, 49, 50])
def test_up_to_50_files_go_together(alice: Api, count: int) -> None:
    answer = prepare_album(alice, *[photo(file_name=f"{number}.jpg") for number in range(count)])
    names = [one["object_key"].rpartition("/")[2] for one in answer["uploads"]]
    assert names == [f"{number}.jpg" for number in range(count)]
    assert len({one["asset_id"] for one in answer["uploads"]}) == count


@pytest.mark.parametrize("count", [0, 51, 1000])
def test_none_or_more_than_50_files_are_refused(alice: Api, count: int) -> None:
    problem = refused(alice.post(ALBUM, **album(alice, *[photo()] * count)), 422, "file_count_invalid")
    assert fields_of(problem) == ["attachments"]
    assert "50" in problem["detail"]


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        ({"file_size": 0}, 422, "file_size"),
        ({"file_size": 10**12}, 413, "file_size"),
        ({"file_size": "7"}, 422, "file_size"),
        ({"content_type": "text/html"}, 415, "content_type"),
        ({"kind": "audio"}, 415, "kind"),
        ({"kind": "picture"}, 422, "kind"),
        ({"checksum_sha256": "no"}, 422, "checksum_sha256"),
        ({"file_size": 11 * MIB, "client_num_parts": 99}, 422, "client_num_parts"),
        ({"colour": "red"}, 422, "colour"),
    ],
)
def test_one_bad_file_refuses_all_and_is_named(
    alice: Api, bob: Api, wrong: dict[str, object], status: int, field: str
) -> None:
    bad = photo(file_name="blurred.jpg") | wrong
    problem = refused(alice.post(ALBUM, **album(bob, photo(), bad, photo())), status)
    (error,) = problem["errors"]
    assert error["field"] == f"attachments.1.{field}"
    assert "blurred.jpg" in error["message"]
    for person, other in ((alice, bob), (bob, alice)):
        assert person.get("/uploads/").json()["items"] == []
        assert person.get("/events/").json()["items"] == []
        assert person.get(f"/chats/{other.user_id}/messages/").json()["items"] == []


def test_every_bad_file_is_named_at_once(alice: Api) -> None:
    files = [photo(file_name="a.jpg", file_size=0), photo(), photo(file_name="c.exe"), photo(file_name="d\0.jpg")]
    problem = refused(alice.post(ALBUM, **album(alice, *files)), 422)
    assert fields_of(problem) == ["attachments.0.file_size", "attachments.2.file_name", "attachments.3.file_name"]
    assert ["a.jpg" in problem["detail"], "c.exe" in problem["errors"][1]["message"]] == [True, True]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"attachments": {}}, "attachments"),
        ({"attachments": None}, "attachments"),
        ({"attachments": ["a.jpg"]}, "attachments.0"),
        ({"attachments": [[]]}, "attachments.0"),
        ({"attachments": [{}]}, "attachments.0.file_name"),
        ({"receiver_id": None}, "receiver_id"),
        ({"text": 7}, "text"),
        ({"files": []}, "files"),
    ],
)
def test_a_body_of_another_shape_is_refused_by_its_field(alice: Api, changes: dict[str, Any], field: str) -> None:
    problem = refused(alice.post(ALBUM, **album(alice, photo(), **changes)), 422)
    assert fields_of(problem)[0] == field


def test_an_album_for_nobody_creates_nothing(alice: Api) -> None:
    body = {**album(alice, photo(), film(11 * MIB)), "receiver_id": 2**31 - 1}
    refused(alice.post(ALBUM, **body), 404, "receiver_not_found")
    assert alice.get("/uploads/").json()["items"] == []
    assert alice.get("/events/").json()["items"] == []
