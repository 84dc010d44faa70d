"""Upload sessions of the media service: what is granted, refused and answered when the bytes are there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from stack.client import Answer, Api, call
from stack.problems import fields_of, refused
from stack.uploads import MIB, PART
from stack.web import QuietWeb
from stack.workers import becomes_ready, fails

FILM_BYTES = 5 * MIB + 1


def begin(api: Api, **declared: Any) -> Answer:
    """The call that begins an upload of one small picture, or of what is declared instead."""
    picture = {"fileName": "Beach.JPG", "fileType": "image/jpeg", "fileSize": 1000, "mediaType": "post-image"}
    return api.post("/media/upload-session", **(picture | declared))


def begun(api: Api, **declared: Any) -> Any:
    """The session of an upload that must be granted."""
    answer = begin(api, **declared)
    assert answer.status == 201, answer.body
    return answer.json()


def begun_film(api: Api, size: int = FILM_BYTES) -> Any:
    """The session of a film in parts."""
    film = {"fileName": "party.mp4", "fileType": "video/mp4", "mediaType": "post-video", "fileSize": size}
    return begun(api, **film)


def sent(session: Any, body: bytes = b"\xff" * 1000) -> None:
    """The bytes of a small file, where the session says."""
    answer = call("PUT", session["uploadUrl"], body=body, headers=session["headers"])
    assert answer.status == 200, answer.body


def sent_parts(session: Any, size: int = FILM_BYTES) -> list[dict[str, Any]]:
    """All parts of a film, as complete-multipart lists them."""
    parts = []
    for item in session["partUrls"]:
        length = min(session["partSize"], size - (item["partNumber"] - 1) * session["partSize"])
        answer = call("PUT", item["url"], body=b"\x00" * length)
        assert answer.status == 200, answer.body
        parts.append({"partNumber": item["partNumber"], "etag": answer.headers["etag"]})
    return parts


@pytest.mark.parametrize("size", [1, 5 * MIB - 1, 5 * MIB])
def test_up_to_5_mib_one_put_is_granted(alice: Api, web: QuietWeb, size: int) -> None:
    session = begun(alice, fileSize=size)
    assert set(session) == {"mediaId", "uploadUrl", "headers", "expiresAt", "cdnUrl"}
    assert session["cdnUrl"].endswith(f"/m/{session['mediaId']}")
    assert {name.lower() for name in session["headers"]} == {"content-type", "if-none-match"}
    key = rf"incoming/post-image/{alice.user_id}/\d{{13}}-[0-9a-f-]{{36}}\.jpg"
    assert re.search(key, session["uploadUrl"])


def test_above_5_mib_every_part_is_granted(alice: Api) -> None:
    session = begun_film(alice)
    names = {"mediaId", "uploadId", "uploadUrl", "partSize", "totalParts", "partUrls", "expiresAt", "cdnUrl"}
    assert set(session) == names
    assert (session["partSize"], session["totalParts"]) == (PART, 2)
    assert [part["partNumber"] for part in session["partUrls"]] == [1, 2]


def test_the_upload_url_of_a_long_film_answers_the_parts_beyond_the_first_500(alice: Api) -> None:
    session = begun_film(alice, 501 * PART)
    assert (session["totalParts"], len(session["partUrls"])) == (501, 500)
    path = session["uploadUrl"].partition("/api/v1")[2]
    more = alice.get(f"{path}?start=501&count=500")
    assert more.status == 200, more.body
    assert [part["partNumber"] for part in more.json()["partUrls"]] == [501]
    for page, field in (("start=502&count=500", "start"), ("start=1&count=501", "count")):
        assert fields_of(refused(alice.get(f"{path}?{page}"), 422, "page_invalid")) == [field]


def test_fresh_addresses_are_there_for_the_asking(alice: Api) -> None:
    session = begun(alice)
    fresh = alice.post(f"/media/{session['mediaId']}/urls")
    assert fresh.status == 200, fresh.body
    assert set(fresh.json()) == set(session)
    sent(fresh.json())


def test_complete_believes_the_store_and_nobody_else(alice: Api) -> None:
    session = begun(alice)
    path = f"/media/{session['mediaId']}/complete"
    refused(alice.post(path), 404, "object_missing")
    sent(session)
    for _ in range(2):  # saying it again changes nothing
        answer = alice.post(path)
        assert answer.status == 200, answer.body
        assert answer.json() == {
            "mediaId": session["mediaId"],
            "cdnUrl": session["cdnUrl"],
            "originalUrl": None,
            "fileSize": 1000,
            "contentType": "image/jpeg",
            "status": "UPLOADED",
        }
    refused(alice.post(f"/media/{session['mediaId']}/urls"), 409, "upload_not_pending")


def test_the_parts_of_a_film_are_put_together(alice: Api) -> None:
    session = begun_film(alice)
    path = f"/media/{session['mediaId']}/complete-multipart"
    refused(alice.post(path, uploadId=session["uploadId"]), 409, "parts_missing")
    parts = sent_parts(session)
    refused(alice.post(path, uploadId="another", parts=parts), 404)
    wrong = [parts[0], {"partNumber": 2, "etag": '"0"'}]
    refused(alice.post(path, uploadId=session["uploadId"], parts=wrong), 409, "parts_mismatch")
    done = alice.post(path, uploadId=session["uploadId"], parts=parts)
    assert done.status == 200, done.body
    assert (done.json()["status"], done.json()["fileSize"]) == ("UPLOADED", FILM_BYTES)


def test_a_film_is_put_together_without_naming_its_upload_again(alice: Api) -> None:
    session = begun_film(alice)
    parts = sent_parts(session)
    done = alice.post(f"/media/{session['mediaId']}/complete-multipart", parts=parts)
    assert (done.status, done.json()["status"]) == (200, "UPLOADED")


@pytest.mark.parametrize(
    ("declared", "status", "code", "field"),
    [
        ({"mediaType": "post-hologram"}, 422, "media_type_unknown", "mediaType"),
        ({"mediaType": "chat"}, 422, "media_type_unknown", "mediaType"),
        ({"fileType": "video/mp4", "fileName": "a.mp4"}, 415, "type_not_allowed", "fileType"),
        ({"fileName": "a.mp4"}, 415, "kind_mismatch", "fileType"),
        ({"fileName": "\0"}, 422, "file_name_invalid", "fileName"),
        ({"fileSize": 0}, 422, "file_size_invalid", "fileSize"),
        ({"fileSize": 50 * MIB + 1}, 413, "file_too_large", "fileSize"),
        ({"checksumSha256": "00"}, 422, "checksum_invalid", "checksumSha256"),
    ],
)
def test_what_is_refused_names_the_field_and_creates_nothing(
    alice: Api, declared: dict[str, Any], status: int, code: str, field: str
) -> None:
    problem = refused(begin(alice, **declared), status, code)
    assert fields_of(problem) == [field]
    assert alice.get("/media").json() == {"items": [], "next": None}


def test_unknown_fields_and_missing_ones_are_refused(alice: Api) -> None:
    refused(begin(alice, colour="red"), 422, "invalid_request")
    refused(alice.post("/media/upload-session", fileName="a.jpg"), 422, "invalid_request")


def test_the_largest_picture_is_taken(alice: Api) -> None:
    assert begun(alice, fileSize=50 * MIB)["totalParts"] == 10


def test_a_session_asked_for_twice_with_the_same_key_is_one(alice: Api) -> None:
    picture = {"fileName": "a.jpg", "fileType": "image/jpeg", "fileSize": 10, "mediaType": "post-image"}
    answers = [
        alice.request("POST", "/media/upload-session", headers={"Idempotency-Key": "once"}, **picture) for _ in range(2)
    ]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len(alice.get("/media").json()["items"]) == 1


def test_the_status_of_a_medium_follows_its_life(alice: Api) -> None:
    session = begun(alice)
    path = f"/media/{session['mediaId']}"
    assert alice.get(path).json()["status"] == "PENDING"
    sent(session)
    alice.post(f"{path}/complete")
    fails(session["mediaId"])
    failed = alice.get(path).json()
    assert failed["status"] == "FAILED"
    assert (failed["error"]["code"], failed["error"]["retryable"]) == ("timeout", True)
    assert alice.post(f"/assets/{session['mediaId']}/retry/").status == 202
    becomes_ready(session["mediaId"])
    ready = alice.get(path).json()
    assert (ready["status"], ready["mediaType"], ready["fileName"]) == ("READY", "post-image", "Beach.JPG")
    events = alice.get("/events/?limit=1000").json()["items"]
    assert {event["type"] for event in events} == {"media_update"}
    assert [event["data"]["stage"] for event in events][-1] == "done"


def test_media_are_listed_newest_first_and_go_when_deleted(alice: Api) -> None:
    ids = [begun(alice)["mediaId"] for _ in range(3)]
    first = alice.get("/media?limit=2").json()
    assert [item["mediaId"] for item in first["items"]] == ids[:0:-1]
    assert [item["mediaId"] for item in alice.get(f"/media?cursor={first['next']}").json()["items"]] == ids[:1]
    assert alice.delete(f"/media/{ids[0]}").status == 204
    refused(alice.get(f"/media/{ids[0]}"), 404)
    refused(alice.delete(f"/media/{ids[0]}"), 404)


def test_chats_and_posts_are_listed_apart(alice: Api) -> None:
    begun(alice)
    photo = {"file_name": "a.jpg", "file_size": 10, "content_type": "image/jpeg"}
    alice.post("/chats/upload/prepare/", receiver_id=alice.user_id, **photo)
    assert [item["mediaType"] for item in alice.get("/media").json()["items"]] == ["post-image"]


def test_the_address_of_a_medium_leads_nowhere_before_it_is_ready(alice: Api, web: QuietWeb) -> None:
    session = begun(alice)
    refused(call("GET", f"{web.url}/m/{session['mediaId']}"), 404, "media_not_found")
    refused(call("GET", f"{web.url}/m/{2**63}"), 404, "media_not_found")
