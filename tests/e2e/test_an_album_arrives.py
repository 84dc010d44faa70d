"""An album with real workers: each file on its own, the message when the last is ready, then seen."""

from __future__ import annotations

from media.pictures import photo_like
from stack.client import Api
from stack.problems import refused
from stack.sending import Upload

NOISE = bytes(range(7, 250)) * 40


def prepare_album(sender: Api, receiver: Api, *bodies: bytes) -> tuple[int, list[Upload]]:
    """Declare pictures in one message; no byte is sent yet."""
    attachments = [
        {"file_name": f"{number}.jpg", "file_size": len(body), "content_type": "image/jpeg"}
        for number, body in enumerate(bodies)
    ]
    answer = sender.post("/files/upload/", receiver_id=receiver.user_id, text="", attachments=attachments)
    assert answer.status == 201, answer.body
    return answer.json()["message_id"], [Upload(sender, grant) for grant in answer.json()["uploads"]]


def statuses(api: Api, message_id: int) -> list[str]:
    """The message's status as each event told it, without repeats."""
    told = [event["data"] for event in api.get("/events/?limit=1000").json()["items"]]
    found = [data["message_status"] for data in told if data.get("message_id") == message_id and "stage" in data]
    return [status for before, status in zip([None, *found], found, strict=False) if status != before]


def test_the_message_is_sent_with_its_last_picture_and_then_seen(alice: Api, bob: Api) -> None:
    body = photo_like(640, 480)
    message_id, uploads = prepare_album(alice, bob, *[body] * 3)
    for upload in uploads:
        refused(bob.send("POST", f"/chats/messages/{message_id}/seen/"), 409, "message_not_sent")
        upload.put(body)
        assert upload.complete().status == 202
        assert upload.settled()["state"] == "ready"
    assert statuses(alice, message_id) == statuses(bob, message_id) == ["pending", "sent"]
    seen = bob.send("POST", f"/chats/messages/{message_id}/seen/")
    assert seen.status == 200
    newest = alice.get("/events/?limit=1000").json()["items"][-1]
    assert (newest["type"], newest["data"]) == ("message_seen", seen.json())


def test_a_file_that_is_no_picture_holds_the_album_until_its_sender_removes_it(alice: Api, bob: Api) -> None:
    bodies = photo_like(640, 480), NOISE
    message_id, (good, bad) = prepare_album(alice, bob, *bodies)
    for upload, body in zip((good, bad), bodies, strict=True):
        upload.put(body)
        assert upload.complete().status == 202
    assert good.settled()["state"] == "ready"
    refusal = bad.settled()
    assert (refusal["state"], refusal["message_status"], refusal["error"]["retryable"]) == (
        "rejected",
        "pending",
        False,
    )
    assert refusal["error"]["reason"]
    refused(alice.send("POST", f"/assets/{bad.asset_id}/retry/"), 409, "not_retryable")
    assert alice.delete(f"/assets/{bad.asset_id}/").status == 204
    assert statuses(bob, message_id) == ["pending", "sent"]
    (message,) = bob.get(f"/chats/{alice.user_id}/messages/").json()["items"]
    assert [one["asset_id"] for one in message["attachments"]] == [good.asset_id]
