"""Store events through the public door: a hint to those who know the secret, nothing to the rest."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from stack.client import Answer, Api, call
from stack.server import RunningServer


@pytest.fixture
def store(running_server: RunningServer) -> Api:
    """The store, with its secret."""
    secret = running_server.embedded.environment["MEDIADOCK_STORAGE_EVENTS_SECRET"]
    return Api(running_server.url + "/api/v1", token=secret)


def created(key: str) -> dict[str, Any]:
    return {
        "Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "media"}, "object": {"key": key}}}]
    }


def prepare(user: Api, size: int = 1000) -> Any:
    return user.post(
        "/chats/upload/prepare/",
        receiver_id=user.user_id,
        file_name="notes.txt",
        file_size=size,
        content_type="text/plain",
    ).json()


def state_of(user: Api, asset_id: int) -> str:
    return str(user.get(f"/assets/{asset_id}/").json()["state"])


def test_the_store_alone_may_call(running_server: RunningServer) -> None:
    for caller in (running_server.anonymous(), running_server.api_as_somebody()):
        answer: Answer = caller.send("POST", "/storage/events", json=created("incoming/x"))
        assert answer.status == 401
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_put_object_is_processed_without_the_client_saying_complete(running_server: RunningServer) -> None:
    user = running_server.api_as_somebody()
    grant = prepare(user)
    assert call("PUT", grant["put_url"], body=b"a" * 1000, headers=grant["headers"]).status == 200
    deadline = time.monotonic() + 30
    while (state := state_of(user, grant["asset_id"])) != "ready":
        assert time.monotonic() < deadline, state
        time.sleep(0.1)


def test_forged_early_unknown_and_repeated_events_change_nothing(running_server: RunningServer, store: Api) -> None:
    user = running_server.api_as_somebody()
    grants = [prepare(user) for _ in range(3)]
    keys = [grant["object_key"] for grant in grants] * 5 + ["incoming/unknown", "media/x", "incoming/a\0b", "\ud800"]
    random.Random(7).shuffle(keys)
    for key in keys:
        answer = store.send("POST", "/storage/events", json=created(key))
        assert (answer.status, answer.json()) == (200, {"completed": 0})
    assert {state_of(user, grant["asset_id"]) for grant in grants} == {"pending"}


def test_a_body_that_is_no_json_is_a_problem_document(running_server: RunningServer, store: Api) -> None:
    headers = {"Authorization": f"Bearer {store.token}", "Content-Type": "application/json"}
    answer = call("POST", store.base_url + "/storage/events", body=b"{", headers=headers)
    assert (answer.status, answer.json()["code"]) == (422, "malformed_json")
