"""Seen: only the receiver, only a message that is sent, once (specification 3 and 11)."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from stack.at_once import at_once
from stack.client import Answer, Api
from stack.problems import refused
from stack.uploads import completed_album
from stack.workers import becomes_ready, fails, is_rejected


def see(api: Api, message_id: int) -> Answer:
    """The seen call."""
    return api.send("POST", f"/chats/messages/{message_id}/seen/")


def seen_events(api: Api) -> list[Any]:
    """What a person was told about messages that were seen."""
    items = api.get("/events/?limit=1000").json()["items"]
    return [event["data"] for event in items if event["type"] == "message_seen"]


def test_a_message_is_seen_by_its_receiver_and_its_sender_is_told_once(alice: Api, bob: Api) -> None:
    message_id, (asset_id,) = completed_album(alice, 1, to=bob)
    becomes_ready(asset_id)
    first = see(bob, message_id)
    assert first.status == 200
    assert set(first.json()) == {"message_id", "seen_at"}
    again = see(bob, message_id)
    assert (again.status, again.body) == (200, first.body)
    assert seen_events(alice) == [first.json()]
    assert seen_events(bob) == []
    (message,) = alice.get(f"/chats/{bob.user_id}/messages/").json()["items"]
    assert message["seen_at"] == first.json()["seen_at"]


def test_seen_eight_times_at_once_is_seen_once(alice: Api, bob: Api) -> None:
    message_id = bob.post(f"/chats/{alice.user_id}/messages/", text="hello").json()["message_id"]
    answers = at_once(*[partial(see, alice, message_id)] * 8)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert len(seen_events(bob)) == 1


@pytest.mark.parametrize("so_far", ["completed", "one ready", "failed", "rejected"])
def test_asking_too_early_changes_nothing(alice: Api, bob: Api, so_far: str) -> None:
    message_id, (first, second) = completed_album(alice, 2, to=bob, text="two")
    if so_far != "completed":
        becomes_ready(first)
    if so_far in {"failed", "rejected"}:
        (fails if so_far == "failed" else is_rejected)(second)
    refused(see(bob, message_id), 409, "message_not_sent")
    assert seen_events(alice) == []
    (message,) = bob.get(f"/chats/{alice.user_id}/messages/").json()["items"]
    assert message["seen_at"] is None


def test_a_message_to_oneself_can_be_seen(alice: Api) -> None:
    message_id = alice.post(f"/chats/{alice.user_id}/messages/", text="note").json()["message_id"]
    assert see(alice, message_id).status == 200
    assert len(seen_events(alice)) == 1


def test_neither_the_sender_nor_anybody_else_can_say_seen(alice: Api, bob: Api, mallory: Api) -> None:
    message_id = alice.post(f"/chats/{bob.user_id}/messages/", text="hello").json()["message_id"]
    for person in (alice, mallory):
        refused(see(person, message_id), 404, "message_not_found")
    assert seen_events(alice) == []
