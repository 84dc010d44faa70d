"""What surfaces tell a backend: a message is sent, a post is published; each once, by ids."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mediadock.webhooks.models import WebhookEndpoint, WebhookMessage
from stack.client import Api
from stack.uploads import completed_album, put_direct
from stack.workers import becomes_ready, fails

pytestmark = pytest.mark.usefixtures("endpoint")


def told(subject: str) -> list[dict[str, Any]]:
    """The data of all milestones of a message or a post."""
    kept = WebhookMessage.objects.filter(subject=subject).order_by("pk")
    return [json.loads(message.body)["data"] for message in kept]


def test_a_message_without_files_is_sent_at_once(endpoint: WebhookEndpoint, alice: Api, bob: Api) -> None:
    message = alice.post(f"/chats/{bob.user_id}/messages/", text="look").json()
    sent = {"message_id": message["message_id"], "sender_id": alice.user_id, "receiver_id": bob.user_id}
    assert told(f"message:{message['message_id']}") == [sent | {"asset_ids": []}]


def test_a_message_is_sent_with_its_last_file_and_once(alice: Api, bob: Api) -> None:
    message_id, (first, second) = completed_album(alice, 2, to=bob)
    becomes_ready(first)
    assert told(f"message:{message_id}") == []
    becomes_ready(second)
    assert [one["asset_ids"] for one in told(f"message:{message_id}")] == [[first, second]]
    assert alice.delete(f"/assets/{first}/").status == 204
    assert len(told(f"message:{message_id}")) == 1, "it was sent before"


def test_a_message_is_sent_when_what_held_it_back_is_deleted(alice: Api, bob: Api) -> None:
    message_id, (good, bad) = completed_album(alice, 2, to=bob)
    fails(bad)
    becomes_ready(good)
    assert told(f"message:{message_id}") == []
    assert alice.delete(f"/assets/{bad}/").status == 204
    assert [one["asset_ids"] for one in told(f"message:{message_id}")] == [[good]]


def test_a_post_is_published_once_with_its_media_in_their_order(alice: Api) -> None:
    def medium() -> int:
        declared = {"fileName": "a.jpg", "fileType": "image/jpeg", "fileSize": 1000, "mediaType": "post-image"}
        session = alice.post("/media/upload-session", **declared).json()
        assert put_direct({**session, "put_url": session["uploadUrl"]}, b"\xff" * 1000).status == 200
        assert alice.post(f"/media/{session['mediaId']}/complete").status == 200
        return int(session["mediaId"])

    first, second = medium(), medium()
    post = alice.post("/feed/submit", content="Two", mediaIds=[second, first]).json()
    becomes_ready(first)
    assert told(f"post:{post['postId']}") == []
    becomes_ready(second)
    published = {"post_id": post["postId"], "author_id": alice.user_id, "media_ids": [second, first]}
    assert told(f"post:{post['postId']}") == [published]
