"""What has arrived of an upload in parts, and giving one up: for the uploads of every profile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from integration.media.test_sessions import FILM_BYTES, begun, begun_film, sent_parts
from mediadock.core.parts import MIB
from mediadock.uploads.models import Ledger, MediaAsset
from stack.begun import Begun, in_a_chat, in_an_album, of_a_post
from stack.client import Api, call
from stack.problems import refused
from stack.uploads import PART

SIZE = 12 * MIB
ANYWHERE = pytest.mark.parametrize("begin", [in_a_chat, in_an_album, of_a_post])
Begin = Callable[[Api, Api, int], Begun]


@ANYWHERE
def test_the_parts_of_an_upload_of_any_profile_are_told(alice: Api, bob: Api, begin: Begin) -> None:
    upload = begin(alice, alice, SIZE)
    etag = call("PUT", upload.parts[1], body=b"\0" * PART).headers["etag"]
    told = alice.get(f"/media/{upload.media_id}/parts")
    assert told.status == 200, told.body
    upload_id = MediaAsset.objects.get(pk=upload.media_id).upload_id
    assert told.json() == {
        "uploadId": upload_id,
        "partSize": PART,
        "totalParts": 3,
        "parts": [{"partNumber": 2, "etag": etag, "size": PART}],
        "missing": [1, 3],
    }
    refused(bob.get(f"/media/{upload.media_id}/parts"), 404, "upload_not_found")


@ANYWHERE
def test_an_upload_of_any_profile_goes_on_and_is_completed_where_the_chat_is_not_asked(
    alice: Api, begin: Begin
) -> None:
    upload = begin(alice, alice, SIZE)
    media_id = upload.media_id
    assert call("PUT", upload.parts[1], body=b"\0" * PART).status == 200
    for number, size in ((1, PART), (3, 2 * MIB)):
        [fresh] = alice.get(f"/media/{media_id}/urls?start={number}&count=1").json()["partUrls"]
        assert call("PUT", fresh["url"], body=b"\0" * size).status == 200
    assert alice.get(f"/media/{media_id}/parts").json()["missing"] == []
    assert alice.post(f"/media/{media_id}/complete").json()["status"] == "UPLOADED"
    refused(alice.get(f"/media/{media_id}/parts"), 409, "upload_not_pending")
    refused(alice.post(f"/media/{media_id}/abort"), 409, "upload_not_pending")


@ANYWHERE
def test_an_upload_of_any_profile_is_given_up_by_its_owner_and_nobody_else(alice: Api, bob: Api, begin: Begin) -> None:
    media_id = begin(alice, alice, SIZE).media_id
    refused(bob.post(f"/media/{media_id}/abort"), 404, "upload_not_found")
    answers = [alice.post(f"/media/{media_id}/abort") for _ in range(2)]  # saying it again changes nothing
    assert [(answer.status, answer.json()["status"]) for answer in answers] == [(200, "ABORTED")] * 2
    assert answers[0].json() == answers[1].json()
    ledger = Ledger.objects.get(pk=alice.user_id)
    assert (ledger.pending_count, ledger.used_bytes) == (0, 0)
    refused(alice.get(f"/media/{media_id}/parts"), 409, "upload_not_pending")
    refused(alice.get(f"/media/{media_id}/urls"), 409, "upload_not_pending")
    refused(alice.post(f"/media/{media_id}/complete"), 409, "upload_aborted")


def test_giving_up_answers_as_complete_does(alice: Api) -> None:
    session = begun(alice)
    given_up: Any = alice.post(f"/media/{session['mediaId']}/abort").json()
    assert given_up == {
        "mediaId": session["mediaId"],
        "cdnUrl": session["cdnUrl"],
        "originalUrl": None,
        "fileSize": 1000,
        "contentType": "image/jpeg",
        "status": "ABORTED",
    }


def test_a_small_file_has_no_parts(alice: Api) -> None:
    told = alice.get(f"/media/{begun(alice)['mediaId']}/parts").json()
    assert told == {"uploadId": None, "partSize": None, "totalParts": None, "parts": [], "missing": []}


def test_parts_named_with_the_quotes_of_the_store_or_without_are_the_same(alice: Api) -> None:
    session = begun_film(alice)
    sent_parts(session)
    told = alice.get(f"/media/{session['mediaId']}/parts").json()
    assert sum(part["size"] for part in told["parts"]) == FILM_BYTES
    parts = [{"partNumber": part["partNumber"], "etag": part["etag"].strip('"')} for part in told["parts"]]
    done = alice.post(f"/media/{session['mediaId']}/complete-multipart", uploadId=told["uploadId"], parts=parts)
    assert (done.status, done.json()["status"]) == (200, "UPLOADED")
