"""Who may do what: the sender, the receiver, somebody else and nobody, on every endpoint (specification 5 and 11)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from mediadock.auth.conf import token_settings
from mediadock.auth.jwt import issue
from stack.client import Api, call
from stack.problems import refused
from stack.surface_doors import SURFACE_DOORS
from stack.uploads import complete, photo, prepare, uploaded_photo
from stack.web import QuietWeb

Names = Mapping[str, Any]


@dataclass(frozen=True)
class Door:
    """One endpoint: how it is called for an upload, and what sender, receiver and a third person get."""

    method: str
    path: str
    sender: int
    receiver: int
    third: int
    body: Callable[[Names], Any] = lambda _names: None

    def open(self, api: Api, names: Names) -> Any:
        """Call it as somebody."""
        return api.send(self.method, self.path.format(**names), json=self.body(names))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def by_key(names: Names) -> dict[str, Any]:
    """The upload by its key."""
    return {"object_key": names["object_key"]}


def a_photo(names: Names) -> dict[str, Any]:
    """A new photo for the receiver."""
    return photo(receiver_id=names["receiver_id"])


OWN = (200, 404, 404)
DOORS = [
    Door("POST", "/chats/upload/prepare/", 201, 201, 201, a_photo),
    Door("POST", "/chats/upload/prepare/", *OWN, by_key),
    Door("GET", "/chats/upload/{asset_id}/parts/", *OWN),
    Door("GET", "/assets/{asset_id}/", 200, 200, 404),
    Door("POST", "/assets/{asset_id}/retry/", 409, 404, 404),
    Door("POST", "/chats/upload/complete/", 202, 404, 404, by_key),
    Door("POST", "/files/upload/complete/", 202, 404, 404, by_key),
    Door("POST", "/chats/upload/abort/", *OWN, by_key),
    Door("DELETE", "/assets/{asset_id}/", 204, 404, 404),
    Door("POST", "/chats/messages/{message_id}/seen/", 404, 409, 404),
    Door("POST", "/files/upload/", 201, 201, 201,
         lambda names: {"receiver_id": names["receiver_id"], "text": "", "attachments": [photo()]}),
    Door("GET", "/chats/{receiver_id}/messages/", 200, 200, 200),
    Door("POST", "/chats/{receiver_id}/messages/", 201, 201, 201, lambda _names: {"text": "hello"}),
    Door("GET", "/uploads/", 200, 200, 200),
    Door("GET", "/events/", 200, 200, 200),
    Door("GET", "/users/me", 200, 200, 200),
    Door("GET", "/users/", 200, 200, 200),
    Door("POST", "/auth/ws-ticket", 200, 200, 200),
]  # fmt: skip


@pytest.fixture
def names(alice: Api, bob: Api) -> Names:
    """An upload of Alice for Bob whose bytes are in the store."""
    return {**uploaded_photo(alice, to=bob), "receiver_id": bob.user_id}


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_everybody_gets_what_is_theirs(door: Door, names: Names, alice: Api, bob: Api, mallory: Api) -> None:
    for person, status in ((mallory, door.third), (bob, door.receiver), (alice, door.sender)):
        answer = door.open(person, names)
        assert answer.status == status, (person.username, answer.body)
        if status >= 400:
            refused(answer, status)


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_nobody_gets_nothing_whatever_the_body(door: Door, names: Names, web: QuietWeb) -> None:
    refused(door.open(web.anonymous(), names), 401, "token_missing")
    for header in ("Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "bearer a.b.c", "Bearer " + "x" * 9000):
        url = web.url + "/api/v1" + door.path.format(**names)
        answer = call(door.method, url, body=b"{not json", headers={"Authorization": header})
        refused(answer, 401)


def test_every_endpoint_of_the_document_is_in_a_matrix_or_needs_no_login(web: QuietWeb) -> None:
    document = web.anonymous().get("/openapi.json").json()
    tried = {(door.method.lower(), "/api/v1" + door.path) for door in (*DOORS, *SURFACE_DOORS)}
    normal = {(method, path.replace("{user_id}", "{receiver_id}")) for method, path in tried}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if operation.get("security"):
                assert (method, path.replace("{user_id}", "{receiver_id}")) in normal


@pytest.mark.parametrize("user_id", [2**31 - 1, 2**31, 2**60])
def test_a_good_token_of_a_user_who_is_not_there_creates_nothing(alice: Api, user_id: int) -> None:
    token = issue(token_settings(), user_id=user_id, now=time.time())
    nobody = replace(alice, token=token, user_id=user_id)
    body = {"receiver_id": alice.user_id, **photo()}
    refused(nobody.post("/chats/upload/prepare/", **body), 401, "user_unknown")
    refused(nobody.post("/files/upload/", receiver_id=alice.user_id, text="", attachments=[photo()]), 401)
    refused(nobody.post(f"/chats/{alice.user_id}/messages/", text="hello"), 401, "user_unknown")
    assert alice.get("/events/").json()["items"] == []


def test_only_the_owner_gets_the_way_to_the_bytes(alice: Api, bob: Api) -> None:
    grant = prepare(alice, photo(), to=bob)
    for document in (bob.get(f"/assets/{grant['asset_id']}/").body, bob.get("/events/").body):
        assert b"X-Amz-Signature" not in document
        assert grant["object_key"].encode() not in document


def test_a_conversation_shows_only_its_two_people(alice: Api, bob: Api, mallory: Api) -> None:
    prepare(alice, photo(), to=bob, text="for Bob")
    assert mallory.get(f"/chats/{alice.user_id}/messages/").json()["items"] == []
    assert mallory.get(f"/chats/{bob.user_id}/messages/").json()["items"] == []
    assert [one["text"] for one in bob.get(f"/chats/{alice.user_id}/messages/").json()["items"]] == ["for Bob"]


@pytest.mark.parametrize("asset_id", [0, -1, 10**12, 2**63 - 1, 2**63, 10**30])
def test_an_unknown_id_is_not_found(alice: Api, asset_id: int) -> None:
    refused(alice.get(f"/assets/{asset_id}/"), 404)
    refused(alice.delete(f"/assets/{asset_id}/"), 404)
    refused(alice.get(f"/chats/upload/{asset_id}/parts/"), 404)
    refused(alice.send("POST", f"/assets/{asset_id}/retry/"), 404)
    refused(alice.send("POST", f"/chats/messages/{asset_id}/seen/"), 404)


@pytest.mark.parametrize("asset_id", ["x", "1.5", "1e3", "%00", "null", "%F0%9F%98%80", "9" * 5000])
def test_an_id_that_is_no_number_is_a_problem_document(alice: Api, asset_id: str) -> None:
    answer = alice.get(f"/assets/{asset_id}/")
    refused(answer, answer.status)
    assert answer.status in {404, 422}


def test_a_path_or_a_method_that_is_not_there_is_a_problem_document(alice: Api, web: QuietWeb) -> None:
    for api in (alice, web.anonymous()):
        for path in ("/nothing", "/", "/chats/upload/prepare", "/assets/", "/%00", "/..%2f..%2fetc", "/" + "x" * 3000):
            refused(api.get(path), 404, "not_found")
        for method, path in (("GET", "/chats/upload/prepare/"), ("PUT", "/files/upload/"), ("PATCH", "/assets/1/")):
            answer = api.send(method, path)
            refused(answer, 405, "method_not_allowed")
            assert answer.headers["allow"]


def test_configuration_and_documents_need_no_login(web: QuietWeb) -> None:
    config = web.anonymous().get("/config").json()
    assert config["max_batch_count"] == 500
    assert config["min_part_size"] == 5 * 1024 * 1024
    chat = config["profiles"]["chat"]
    assert chat["kinds"] == ["audio", "file", "image", "video"]
    assert (chat["max_files"], chat["direct_up_to"]) == (50, 10 * 1024 * 1024)
    assert "image/jpeg" in chat["types"]
    assert config["dimensions"] == {
        "image": {
            "max_side": 32_768,
            "max_pixels": 100_000_000,
            "max_pixels_baseline_jpeg": 256_000_000,
            "max_pixels_held_whole": 50_000_000,
            "max_pixels_all_frames": 200_000_000,
        },
        "video": {"max_side": 8192, "max_duration": 12 * 3600},
        "audio": {"max_duration": 12 * 3600},
    }
    assert web.anonymous().get("/openapi.json").status == 200
    assert web.anonymous().get("/docs").status == 200


def test_the_receiver_cannot_end_what_is_not_his(alice: Api, bob: Api) -> None:
    grant = uploaded_photo(alice, to=bob)
    for answer in (complete(bob, grant), bob.delete(f"/assets/{grant['asset_id']}/")):
        refused(answer, 404)
    assert alice.get(f"/assets/{grant['asset_id']}/").json()["state"] == "pending"
