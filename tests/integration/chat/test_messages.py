"""Text messages, conversations and their pages."""

from __future__ import annotations

import pytest

from stack.client import Api
from stack.problems import fields_of, refused
from stack.uploads import photo, prepare

MESSAGE = {"message_id", "sender_id", "receiver_id", "text", "status", "seen_at", "created_at", "attachments"}


@pytest.mark.parametrize("text", ["hello", "a\nb", "👩‍👩‍👧 שלום", "x" * 10_000])
def test_a_text_is_sent_at_once_and_both_are_told(alice: Api, bob: Api, text: str) -> None:
    answer = alice.post(f"/chats/{bob.user_id}/messages/", text=text)
    assert answer.status == 201
    message = answer.json()
    assert set(message) == MESSAGE
    assert (message["text"], message["status"], message["attachments"]) == (text, "sent", [])
    assert (message["sender_id"], message["receiver_id"]) == (alice.user_id, bob.user_id)
    for person, other in ((alice, bob), (bob, alice)):
        (event,) = person.get("/events/").json()["items"]
        assert event["type"] == "chat_message_update"
        assert (event["data"]["message_id"], event["data"]["text"]) == (message["message_id"], text)
        assert person.get(f"/chats/{other.user_id}/messages/").json() == {"items": [message], "next": None}


@pytest.mark.parametrize("text", ["", "a\0b", "\ud800", "x" * 10_001, 7, None, ["a"]])
def test_a_text_that_is_none_is_refused(alice: Api, bob: Api, text: object) -> None:
    problem = refused(alice.post(f"/chats/{bob.user_id}/messages/", text=text), 422)
    assert fields_of(problem) == ["text"]
    assert bob.get("/events/").json()["items"] == []


@pytest.mark.parametrize("user_id", [0, -1, 2**31 - 1, 2**31, 2**63])
def test_there_is_no_conversation_with_nobody(alice: Api, user_id: int) -> None:
    refused(alice.post(f"/chats/{user_id}/messages/", text="hello"), 404, "receiver_not_found")
    refused(alice.get(f"/chats/{user_id}/messages/"), 404, "receiver_not_found")
    assert alice.get("/events/").json()["items"] == []


def test_a_conversation_comes_newest_first_page_by_page_without_gap_or_repeat(alice: Api, bob: Api) -> None:
    for number in range(7):
        writer, reader = (alice, bob) if number % 2 else (bob, alice)
        writer.post(f"/chats/{reader.user_id}/messages/", text=str(number))
    seen: list[str] = []
    path = f"/chats/{bob.user_id}/messages/?limit=3"
    cursor = ""
    for _ in range(3):
        page = alice.get(path + cursor).json()
        seen += [message["text"] for message in page["items"]]
        cursor = f"&cursor={page['next']}"
        alice.post(f"/chats/{bob.user_id}/messages/", text="later")  # what comes meanwhile moves no page
    assert page["next"] is None
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_a_page_that_is_exactly_full_says_that_it_is_the_last(alice: Api, bob: Api) -> None:
    for number in range(3):
        alice.post(f"/chats/{bob.user_id}/messages/", text=str(number))
    assert alice.get(f"/chats/{bob.user_id}/messages/?limit=3").json()["next"] is None
    assert alice.get(f"/chats/{bob.user_id}/messages/?limit=2").json()["next"] is not None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=-1", "cursor"),
        ("cursor=", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=٣", "cursor"),
        ("cursor=9223372036854775808", "cursor"),
        ("cursor=" + "9" * 5000, "cursor"),
    ],
)
@pytest.mark.parametrize("listing", ["/chats/{}/messages/", "/uploads/"])
def test_a_page_that_is_none_is_refused_by_its_field(alice: Api, listing: str, query: str, field: str) -> None:
    path = listing.format(alice.user_id) + "?" + query.replace("٣", "%D9%A3")
    assert fields_of(refused(alice.get(path), 422)) == [field]


def test_attachments_come_with_their_message_in_the_order_sent(alice: Api, bob: Api) -> None:
    first = prepare(alice, photo(file_name="1.jpg"), to=bob, text="one")
    second = prepare(bob, photo(file_name="2.jpg"), to=alice)
    newest, oldest = alice.get(f"/chats/{bob.user_id}/messages/").json()["items"]
    assert [one["asset_id"] for one in newest["attachments"]] == [second["asset_id"]]
    assert [one["asset_id"] for one in oldest["attachments"]] == [first["asset_id"]]
    assert (oldest["text"], oldest["status"], newest["text"]) == ("one", "pending", "")
