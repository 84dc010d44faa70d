"""Session, PUT, complete, post: pictures of the media service, shown to everybody once they are ready."""

from __future__ import annotations

from typing import Any

from media.pictures import photo_like
from stack.client import Api, call
from stack.server import RunningServer
from stack.waiting import eventually

PART_AT_LEAST = 5 * 1024 * 1024


def test_a_picture_is_put_posted_and_seen_under_an_address_that_stays(
    running_server: RunningServer, alice: Api, bob: Api
) -> None:
    body = photo_like(1200, 800)
    session = begun(alice, body)
    answer = call("PUT", session["uploadUrl"], body=body, headers=session["headers"])
    assert answer.status == 200, answer.body
    assert alice.post(f"/media/{session['mediaId']}/complete").json()["status"] == "UPLOADED"
    post = alice.post("/feed/submit", content="From the train", mediaIds=[session["mediaId"]]).json()

    eventually(lambda: post["postId"] in {one["postId"] for one in bob.get("/feed").json()["items"]}, within_s=60.0)
    shown = next(one for one in bob.get("/feed").json()["items"] if one["postId"] == post["postId"])
    medium = shown["media"][0]
    assert (medium["status"], medium["width"], medium["height"]) == ("READY", 1200, 800)
    assert medium["originalUrl"] is None, "that is the author's own"
    assert medium["cdnUrl"] == session["cdnUrl"]
    leads = call("GET", session["cdnUrl"])
    assert leads.status == 302
    picture = call("GET", leads.headers["location"])
    assert (picture.status, picture.headers["content-type"]) == (200, "image/webp")
    mine = alice.get(f"/media/{session['mediaId']}").json()
    assert call("GET", mine["originalUrl"]).body == body
    assert [event["data"]["status"] for event in events(alice, "post_update")][-1] == "published"
    assert [event["data"]["stage"] for event in events(alice, "media_update")][-1] == "done"


def test_a_large_picture_goes_up_in_parts(alice: Api) -> None:
    body = photo_like(1200, 800)
    body += b"\0" * (PART_AT_LEAST + 1 - len(body))  # bytes behind a picture are never published
    session = begun(alice, body)
    parts = []
    for item in session["partUrls"]:
        start = (item["partNumber"] - 1) * session["partSize"]
        answer = call("PUT", item["url"], body=body[start : start + session["partSize"]])
        parts.append({"partNumber": item["partNumber"], "etag": answer.headers["etag"]})
    assert len(parts) == session["totalParts"] == 2
    path = f"/media/{session['mediaId']}"
    done = alice.post(f"{path}/complete-multipart", uploadId=session["uploadId"], parts=parts)
    assert done.json()["status"] == "UPLOADED", done.body
    eventually(lambda: alice.get(path).json()["status"] == "READY", within_s=60.0)
    stages = [event["data"]["stage"] for event in events(alice, "media_update")]
    assert stages == ["uploading", "processing", "processing", "thumbnail_ready", "done"]


def begun(api: Api, body: bytes) -> Any:
    """The session of one picture."""
    picture = {"fileName": "train.jpg", "fileType": "image/jpeg", "mediaType": "post-image"}
    answer = api.post("/media/upload-session", fileSize=len(body), **picture)
    assert answer.status == 201, answer.body
    return answer.json()


def events(api: Api, kind: str) -> list[dict[str, Any]]:
    """What the caller was told of that type, in order."""
    return [event for event in api.get("/events/?limit=1000").json()["items"] if event["type"] == kind]
