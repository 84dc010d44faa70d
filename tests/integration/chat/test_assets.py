"""Assets: what they look like, retry, delete, parts, and the list of unfinished uploads."""

from __future__ import annotations

from functools import partial

import pytest

from stack.at_once import at_once
from stack.client import Api
from stack.problems import refused
from stack.uploads import (
    MIB,
    PART,
    complete,
    completed_album,
    film,
    photo,
    prepare,
    put_all_parts,
    put_part,
    state_of,
    uploaded_photo,
)
from stack.workers import becomes_ready, expires, fails, is_rejected

ASSET = {
    "asset_id", "message_id", "owner_id", "profile", "kind", "file_name", "content_type", "size", "state",
    "message_status", "processing_status", "stage", "progress", "attempt", "width", "height", "duration", "waveform",
    "pages", "placeholder", "thumbnail_url", "media_url", "url", "variants", "error", "created_at", "updated_at",
}  # fmt: skip


def test_an_asset_looks_the_same_everywhere_but_for_the_moment_of_an_event(alice: Api, bob: Api) -> None:
    grant = prepare(alice, photo(content_type="image/jpg"), to=bob)
    shown = alice.get(f"/assets/{grant['asset_id']}/").json()
    assert set(shown) == ASSET
    assert shown["message_id"] == grant["message_id"]
    assert (shown["profile"], shown["kind"], shown["content_type"]) == ("chat", "image", "image/jpeg")
    assert (shown["size"], shown["state"], shown["progress"], shown["variants"]) == (1000, "pending", 0, {})
    (message,) = bob.get(f"/chats/{alice.user_id}/messages/").json()["items"]
    (event,) = bob.get("/events/").json()["items"]
    assert bob.get(f"/assets/{grant['asset_id']}/").json() == shown == message["attachments"][0]
    assert {**event["data"], "created_at": "", "updated_at": ""} == {**shown, "created_at": "", "updated_at": ""}


def test_every_state_is_told_by_the_specifications_words(alice: Api) -> None:
    _, (asset_id,) = completed_album(alice, 1)
    fails(asset_id)
    alice.send("POST", f"/assets/{asset_id}/retry/")
    becomes_ready(asset_id)
    told = [event["data"] for event in alice.get("/events/").json()["items"]]
    assert [(one["state"], one["processing_status"], one["stage"], one["progress"]) for one in told] == [
        ("pending", "queued", "uploading", 0),
        ("uploaded", "queued", "processing", 0),
        ("processing", "running", "processing", 0),
        ("failed", "failed", "failed", 0),
        ("processing", "running", "processing", 0),
        ("processing", "running", "processing", 0),
        ("ready", "done", "done", 100),
    ]
    assert told[3]["error"] == {"code": "timeout", "reason": "Processing took too long.", "retryable": True}
    assert [one["error"] for one in told if one["state"] != "failed"] == [None] * 6
    assert [one["attempt"] for one in told] == [0, 0, 1, 1, 0, 1, 1]


def test_retry_counts_attempts_afresh_and_again_is_the_same(alice: Api) -> None:
    message_id, (asset_id,) = completed_album(alice, 1)
    fails(asset_id)
    answers = at_once(*[partial(alice.send, "POST", f"/assets/{asset_id}/retry/")] * 8)
    assert [answer.status for answer in answers] == [202] * 8
    assert answers[0].json() == {"message_id": message_id, "asset_id": asset_id, "stage": "processing"}
    assert len({answer.body for answer in answers}) == 1
    shown = alice.get(f"/assets/{asset_id}/").json()
    assert (shown["state"], shown["attempt"], shown["error"]) == ("processing", 0, None)
    stages = [event["data"]["stage"] for event in alice.get("/events/").json()["items"]]
    assert stages == ["uploading", "processing", "processing", "failed", "processing"]


def test_only_a_failed_file_can_be_retried(alice: Api) -> None:
    _, (ready, rejected) = completed_album(alice, 2)
    becomes_ready(ready)
    is_rejected(rejected)
    pending, expired = prepare(alice, photo())["asset_id"], prepare(alice, photo())["asset_id"]
    expires(expired)
    for asset_id in (ready, rejected, pending, expired):
        before = state_of(alice, asset_id)
        refused(alice.send("POST", f"/assets/{asset_id}/retry/"), 409, "not_retryable")
        assert state_of(alice, asset_id) == before


@pytest.mark.parametrize("end", ["pending", "uploaded", "ready", "failed", "rejected", "expired"])
def test_a_file_can_be_deleted_in_every_state_and_is_then_nowhere(alice: Api, end: str) -> None:
    if end in {"pending", "expired"}:
        asset_id = uploaded_photo(alice)["asset_id"]
        if end == "expired":
            expires(asset_id)
    else:
        _, (asset_id,) = completed_album(alice, 1)
        {"uploaded": lambda _: None, "ready": becomes_ready, "failed": fails, "rejected": is_rejected}[end](asset_id)
    assert state_of(alice, asset_id) == end
    assert alice.delete(f"/assets/{asset_id}/").status == 204
    refused(alice.delete(f"/assets/{asset_id}/"), 404)
    refused(alice.get(f"/assets/{asset_id}/"), 404)
    refused(alice.post("/chats/upload/complete/", asset_id=asset_id), 404)
    assert alice.get(f"/chats/{alice.user_id}/messages/").json()["items"] == []
    assert alice.get("/events/").json()["items"][-1]["data"]["stage"] == "deleted"


def test_abort_is_for_what_still_waits_for_bytes(alice: Api) -> None:
    _, (asset_id,) = completed_album(alice, 1)
    refused(alice.post("/chats/upload/abort/", asset_id=asset_id), 409, "upload_not_pending")
    assert state_of(alice, asset_id) == "uploaded"


def test_the_parts_report_is_what_the_store_has(alice: Api) -> None:
    grant = prepare(alice, film(2 * PART + MIB))
    etag = put_part(grant, 3, bytes([3]) * MIB)  # a client sends the same bytes again, never others
    report = alice.get(f"/chats/upload/{grant['asset_id']}/parts/").json()
    assert report == {
        "upload_id": grant["upload_id"],
        "part_size": PART,
        "num_parts": 3,
        "parts": [{"PartNumber": 3, "ETag": etag, "Size": MIB}],
        "missing": [1, 2],
    }
    parts = put_all_parts(grant, 2 * PART + MIB)
    report = alice.get(f"/chats/upload/{grant['asset_id']}/parts/").json()
    assert report["missing"] == []
    listed = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in report["parts"]]
    assert listed == parts
    assert complete(alice, grant, parts=listed).status == 202
    refused(alice.get(f"/chats/upload/{grant['asset_id']}/parts/"), 409, "upload_not_pending")


def test_the_parts_report_of_a_direct_upload_is_empty(alice: Api) -> None:
    grant = prepare(alice, photo())
    report = alice.get(f"/chats/upload/{grant['asset_id']}/parts/").json()
    assert report == {"upload_id": None, "part_size": None, "num_parts": None, "parts": [], "missing": []}


def test_unfinished_uploads_are_listed_newest_first_until_they_end(alice: Api, bob: Api) -> None:
    direct, long = uploaded_photo(alice, to=bob), prepare(alice, film(11 * MIB))
    gone, done = prepare(alice, photo()), uploaded_photo(alice)
    alice.post("/chats/upload/abort/", asset_id=gone["asset_id"])
    complete(alice, done)
    newest, oldest = alice.get("/uploads/").json()["items"]
    assert (newest["asset_id"], newest["mode"], newest["num_parts"]) == (long["asset_id"], "multipart", 3)
    assert (newest["upload_id"], newest["part_size"]) == (long["upload_id"], PART)
    assert (oldest["asset_id"], oldest["mode"], oldest["upload_id"]) == (direct["asset_id"], "direct", None)
    assert (oldest["file_name"], oldest["size"]) == ("beach.jpg", 1000)
    assert bob.get("/uploads/").json()["items"] == []


def test_unfinished_uploads_come_page_by_page(alice: Api) -> None:
    made = [prepare(alice, photo())["asset_id"] for _ in range(5)]
    first = alice.get("/uploads/?limit=3").json()
    second = alice.get(f"/uploads/?limit=3&cursor={first['next']}").json()
    assert [one["asset_id"] for one in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None
