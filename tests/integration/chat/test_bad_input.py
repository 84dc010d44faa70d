"""What bad input gets at prepare: a problem document that names the field, and nothing created (specification 10)."""

from __future__ import annotations

import pytest

from stack.client import Api, call
from stack.problems import fields_of, refused
from stack.uploads import MIB, film, photo
from stack.web import QuietWeb

PREPARE = "/chats/upload/prepare/"
GIB = 1024 * MIB


def assert_nothing_created(*people: Api) -> None:
    """No upload, no message, no event."""
    for person in people:
        assert person.get("/uploads/").json() == {"items": [], "next": None}
        assert person.get("/events/").json()["items"] == []
        for other in people:
            assert person.get(f"/chats/{other.user_id}/messages/").json()["items"] == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"asset": 1}, "asset"),
        ({"file_size": "1000"}, "file_size"),
        ({"file_size": 1000.0}, "file_size"),
        ({"file_size": True}, "file_size"),
        ({"file_size": None}, "file_size"),
        ({"file_size": [1000]}, "file_size"),
        ({"file_size": 0}, "file_size"),
        ({"file_size": -1}, "file_size"),
        ({"file_size": 2**63}, "file_size"),
        ({"file_size": 2**64}, "file_size"),
        ({"file_size": 10**400}, "file_size"),
        ({"file_name": 7}, "file_name"),
        ({"file_name": None}, "file_name"),
        ({"file_name": ""}, "file_name"),
        ({"file_name": " "}, "file_name"),
        ({"file_name": "a\0.jpg"}, "file_name"),
        ({"file_name": "a\r\n.jpg"}, "file_name"),
        ({"file_name": "\ud83d.jpg"}, "file_name"),
        ({"file_name": "x" * 256}, "file_name"),
        ({"file_name": "x" * 100_000}, "file_name"),
        ({"kind": "picture"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"kind": 1}, "kind"),
        ({"content_type": 1}, "content_type"),
        ({"content_type": "image/\0jpeg"}, "content_type"),
        ({"content_type": "x" * 100_000}, "content_type"),
        ({"text": 1}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "\udc00"}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"receiver_id": "7"}, "receiver_id"),
        ({"receiver_id": None}, "receiver_id"),
        ({"receiver_id": 1.5}, "receiver_id"),
        ({"client_part_size": "5"}, "client_part_size"),
        ({"client_num_parts": {}}, "client_num_parts"),
        ({"checksum_sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}, "checksum_sha256"),
        ({"checksum_sha256": "AAAA"}, "checksum_sha256"),
        ({"checksum_sha256": "\n" * 44}, "checksum_sha256"),
    ],
)
def test_a_field_that_is_wrong_is_named_and_nothing_is_created(
    alice: Api, bob: Api, wrong: dict[str, object], field: str
) -> None:
    problem = refused(alice.request("POST", PREPARE, **{**photo(receiver_id=bob.user_id), **wrong}), 422)
    assert fields_of(problem) == [field]
    assert_nothing_created(alice, bob)


def test_what_is_wrong_with_a_file_bears_its_name_and_what_is_wrong_with_its_message_does_not(
    alice: Api, bob: Api
) -> None:
    wrong = {"file_size": "1000", "text": "x" * 10_001}
    problem = refused(alice.request("POST", PREPARE, **{**photo(receiver_id=bob.user_id), **wrong}), 422)
    of_size, of_text = problem["errors"]
    assert "“" in of_size["message"]
    assert "“" not in of_text["message"]


def test_of_very_many_complaints_the_first_hundred_are_told(alice: Api) -> None:
    nameless = [{"file_name": f"{number}.jpg", "content_type": "image/jpeg"} for number in range(300)]
    problem = refused(alice.post("/files/upload/", receiver_id=alice.user_id, attachments=nameless), 422)
    assert fields_of(problem) == [f"attachments.{number}.file_size" for number in range(100)]
    assert problem["errors"][99]["message"].startswith("“99.jpg”")


def test_more_complaints_than_a_thousand_are_one(web: QuietWeb) -> None:
    nonsense = {f"field {number}": number for number in range(1_001)}
    problem = refused(web.anonymous().send("POST", "/auth/token", json=nonsense), 422, "invalid_request")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("body", "too_many_errors")]


def test_a_list_that_is_far_too_long_is_not_looked_through(alice: Api) -> None:
    body = {"receiver_id": alice.user_id, "attachments": [{}] * 2_000}
    assert fields_of(refused(alice.send("POST", "/files/upload/", json=body), 422)) == ["attachments"]


@pytest.mark.parametrize("missing", ["receiver_id", "file_name", "file_size"])
def test_a_field_that_is_missing_is_named(alice: Api, missing: str) -> None:
    body = photo(receiver_id=alice.user_id)
    del body[missing]
    assert fields_of(refused(alice.request("POST", PREPARE, **body), 422)) == [missing]


@pytest.mark.parametrize(
    ("declared", "status", "code", "field"),
    [
        (photo(content_type="text/html"), 415, "type_not_allowed", "content_type"),
        (photo(content_type="image/svg+xml", file_name="logo.svg"), 415, "type_not_allowed", "file_name"),
        (photo(file_name="beach.exe"), 415, "type_not_allowed", "file_name"),
        (photo(file_name="list.m3u8", content_type=""), 415, "type_not_allowed", "file_name"),
        (photo(file_name="beach", content_type=""), 415, "type_not_allowed", "content_type"),
        (photo(kind="video"), 415, "kind_mismatch", "kind"),
        (film(20 * GIB + 1), 413, "file_too_large", "file_size"),
        (film(2**63 - 1), 413, "file_too_large", "file_size"),
        (film(client_num_parts=3), 422, "part_plan_invalid", "client_num_parts"),
        (film(12 * MIB, client_num_parts=4), 422, "part_plan_invalid", "client_num_parts"),
        (film(12 * MIB, client_num_parts=10_000), 422, "part_plan_invalid", "client_num_parts"),
        (film(12 * MIB, client_part_size=5 * MIB - 1), 422, "part_plan_invalid", "client_part_size"),
        (film(12 * MIB, client_part_size=-1), 422, "part_plan_invalid", "client_part_size"),
        (film(12 * MIB, client_part_size=2**70), 422, "part_plan_invalid", "client_part_size"),
    ],
)
def test_what_the_profile_does_not_take_is_refused_by_name(
    alice: Api, bob: Api, declared: dict[str, object], status: int, code: str, field: str
) -> None:
    if code == "part_plan_invalid" and declared["file_size"] == 10 * MIB:
        declared = {**declared, "file_size": 10 * MIB + 1, "client_num_parts": 9}
    problem = refused(alice.post(PREPARE, receiver_id=bob.user_id, **declared), status, code)
    assert fields_of(problem) == [field]
    assert str(declared["file_name"]) in problem["detail"]
    assert str(declared["file_name"]) in problem["errors"][0]["message"]
    assert_nothing_created(alice, bob)


@pytest.mark.parametrize("receiver_id", [0, -1, 2**31 - 1, 2**31, 10**15, 2**63, 10**300])
def test_an_unknown_receiver_is_not_found(alice: Api, receiver_id: int) -> None:
    for declared in (photo(), film(11 * MIB)):
        refused(alice.post(PREPARE, receiver_id=receiver_id, **declared), 404, "receiver_not_found")
    assert_nothing_created(alice)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b"\xff\xfe",
        b'{"a":' * 50_000,
        b"[" * 200_000,
        b'{"receiver_id": NaN}',
        b'{"receiver_id": ' + b"9" * 10_000 + b"}",
        b'{"\\ud800": 1}',
        b'{"\\u0000": 1}',
        b'{"' + b"k" * 1_000_000 + b'": 1}',
    ],
)
@pytest.mark.parametrize("path", [PREPARE, "/files/upload/", "/chats/upload/complete/", "/chats/upload/abort/"])
def test_a_body_that_is_no_request_is_422(alice: Api, path: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {alice.token}", "Content-Type": "application/json"}
    answer = call("POST", alice.base_url + path, body=body, headers=headers)
    refused(answer, 422)
    assert len(answer.body) < 4_000_000


def test_a_body_beyond_4_mib_is_413(alice: Api) -> None:
    refused(alice.post(PREPARE, receiver_id=1, **photo(), text="x" * (4 * MIB)), 413)


def test_names_of_every_kind_are_kept_and_harmless(alice: Api) -> None:
    for name in (
        "日本語 👩‍👩‍👧.jpg",
        "../../etc/passwd.jpg",
        "photo\u202egpj.jpg",
        "-i",
        "CON",
        "x" * 255,
        "http://x/y.jpg",
    ):
        answer = alice.post(PREPARE, receiver_id=alice.user_id, **photo(file_name=name))
        assert answer.status == 201, answer.body
        asset_id = answer.json()["asset_id"]
        assert alice.get(f"/assets/{asset_id}/").json()["file_name"] == name
        assert answer.json()["object_key"].startswith(f"incoming/chat/user_{alice.user_id}/{asset_id}/")
        assert answer.json()["object_key"].count("/") == 4


@pytest.mark.parametrize("text", ["", "hello", "a\nb\tc", "‮👩‍👩‍👧", "x" * 10_000])
def test_any_text_can_go_with_a_file(alice: Api, text: str) -> None:
    assert alice.post(PREPARE, receiver_id=alice.user_id, text=text, **photo()).status == 201
    assert alice.get(f"/chats/{alice.user_id}/messages/").json()["items"][0]["text"] == text
