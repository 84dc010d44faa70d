"""Fan-in: a message is sent when all its remaining files are ready (specification 3, 5.2 and 11)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from stack.at_once import at_once
from stack.client import Api
from stack.problems import refused
from stack.uploads import complete, completed_album, photo, prepare, prepare_album, put_direct
from stack.workers import becomes_ready, expires, fails, is_rejected


def conversation(reader: Api, other: Api) -> list[Any]:
    """What two people wrote to each other, newest first, as one of them sees it."""
    items: list[Any] = reader.get(f"/chats/{other.user_id}/messages/").json()["items"]
    return items


def status(alice: Api, bob: Api) -> str:
    """The status of their one message, which both must see alike."""
    (sent,), (received,) = conversation(alice, bob), conversation(bob, alice)
    assert sent["status"] == received["status"]
    return str(sent["status"])


def last_event(api: Api) -> Any:
    """The newest fact of a person."""
    return api.get("/events/").json()["items"][-1]["data"]


def abort(api: Api, asset_id: int) -> None:
    """The owner gives an upload up."""
    assert api.post("/chats/upload/abort/", asset_id=asset_id).status == 200


def test_the_message_is_sent_when_the_last_file_is_ready_and_both_are_told(alice: Api, bob: Api) -> None:
    _, files = completed_album(alice, 3, to=bob)
    for asset_id in files[:-1]:
        becomes_ready(asset_id)
        assert (last_event(bob)["stage"], last_event(bob)["message_status"]) == ("done", "pending")
        assert status(alice, bob) == "pending"
    becomes_ready(files[-1])
    assert status(alice, bob) == "sent"
    for person in (alice, bob):
        told = last_event(person)
        assert (told["asset_id"], told["stage"], told["message_status"]) == (files[-1], "done", "sent")
        assert [one["message_status"] for one in conversation(alice, bob)[0]["attachments"]] == ["sent"] * 3
        assert person.get(f"/assets/{files[0]}/").json()["message_status"] == "sent"


def test_files_that_become_ready_at_the_same_moment_send_the_message(alice: Api, bob: Api) -> None:
    for _ in range(5):
        message_id, files = completed_album(alice, 4, to=bob)
        at_once(*[partial(becomes_ready, asset_id) for asset_id in files])
        told = [event["data"] for event in bob.get("/events/?limit=1000").json()["items"]]
        statuses = [data["message_status"] for data in told if data["message_id"] == message_id]
        assert statuses[-4:].count("sent") == 1
        assert statuses[-1] == "sent"


@pytest.mark.parametrize("goes_wrong", [fails, is_rejected])
def test_a_file_that_went_wrong_holds_the_message_until_it_is_removed(
    alice: Api, bob: Api, goes_wrong: Callable[[int], None]
) -> None:
    _, (good, bad) = completed_album(alice, 2, to=bob)
    becomes_ready(good)
    goes_wrong(bad)
    assert status(alice, bob) == "pending"
    told = last_event(bob)
    assert (told["stage"], told["processing_status"], told["message_status"]) == ("failed", "failed", "pending")
    assert told["error"]["retryable"] is (goes_wrong is fails)
    assert alice.delete(f"/assets/{bad}/").status == 204
    assert status(alice, bob) == "sent"
    for person in (alice, bob):
        told = last_event(person)
        assert (told["asset_id"], told["stage"], told["message_status"]) == (bad, "deleted", "sent")
    assert [one["asset_id"] for one in conversation(bob, alice)[0]["attachments"]] == [good]


def test_a_failed_file_that_is_retried_sends_the_message(alice: Api, bob: Api) -> None:
    _, (asset_id,) = completed_album(alice, 1, to=bob)
    fails(asset_id)
    assert alice.send("POST", f"/assets/{asset_id}/retry/").status == 202
    becomes_ready(asset_id)
    assert status(alice, bob) == "sent"


@pytest.mark.parametrize("give_up", [abort, lambda _api, asset_id: expires(asset_id)])
def test_a_file_that_never_came_holds_nothing_back(alice: Api, bob: Api, give_up: Callable[[Api, int], None]) -> None:
    here, lost = prepare_album(alice, photo(file_size=10), photo(), to=bob)["uploads"]
    assert put_direct(here, b"\xff" * 10).status == 200
    assert complete(alice, here).status == 202
    becomes_ready(here["asset_id"])
    assert status(alice, bob) == "pending"
    give_up(alice, lost["asset_id"])
    assert status(alice, bob) == "sent"
    assert last_event(bob)["message_status"] == "sent"
    assert [one["stage"] for one in conversation(bob, alice)[0]["attachments"]] == ["done", "failed"]


@pytest.mark.parametrize("give_up", [abort, lambda _api, asset_id: expires(asset_id)])
def test_a_message_with_text_that_lost_all_files_is_sent_as_text(
    alice: Api, bob: Api, give_up: Callable[[Api, int], None]
) -> None:
    uploads = prepare_album(alice, photo(), photo(), to=bob, text="look")["uploads"]
    give_up(alice, uploads[0]["asset_id"])
    assert status(alice, bob) == "pending"
    give_up(alice, uploads[1]["asset_id"])
    assert status(alice, bob) == "sent"
    assert last_event(bob)["message_status"] == "sent"
    assert [one["state"] for one in conversation(bob, alice)[0]["attachments"]] == [last_event(bob)["state"]] * 2


def test_a_message_without_text_that_lost_all_files_stays_until_they_are_deleted(alice: Api, bob: Api) -> None:
    answer = prepare_album(alice, photo(), photo(), to=bob)
    first, second = [one["asset_id"] for one in answer["uploads"]]
    abort(alice, first)
    abort(alice, second)
    assert status(alice, bob) == "pending"
    assert alice.delete(f"/assets/{first}/").status == 204
    assert [one["asset_id"] for one in conversation(bob, alice)[0]["attachments"]] == [second]
    assert alice.delete(f"/assets/{second}/").status == 204
    assert conversation(alice, bob) == conversation(bob, alice) == []
    refused(bob.send("POST", f"/chats/messages/{answer['message_id']}/seen/"), 404)
    assert last_event(bob)["stage"] == "deleted"


def test_a_message_with_text_outlives_its_files(alice: Api, bob: Api) -> None:
    grant = prepare(alice, photo(), to=bob, text="never mind")
    assert alice.delete(f"/assets/{grant['asset_id']}/").status == 204
    (message,) = conversation(bob, alice)
    assert (message["text"], message["status"], message["attachments"]) == ("never mind", "sent", [])
    assert last_event(bob)["message_status"] == "sent"


def test_the_last_files_deleted_at_once_take_the_message_with_them(alice: Api, bob: Api) -> None:
    for _ in range(5):
        uploads = prepare_album(alice, *[photo() for _ in range(4)], to=bob)["uploads"]
        answers = at_once(*[partial(alice.delete, f"/assets/{one['asset_id']}/") for one in uploads])
        assert [answer.status for answer in answers] == [204] * 4
        assert conversation(alice, bob) == []
