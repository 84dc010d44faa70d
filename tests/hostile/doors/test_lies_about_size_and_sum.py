"""The store refuses what was not signed, and the worker what was not declared."""

from __future__ import annotations

import base64
import hashlib
import os

from hostile.doors.test_bytes_that_lie import assert_refused
from media.pictures import photo_like
from stack.client import Api, call
from stack.sending import Upload, prepare
from stack.server import RunningServer

MIB = 1024 * 1024
SENTENCE = b"All work and no play makes Jack a dull boy.\n"


def sum_of(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def picture(sender: Api, receiver: Api, body: bytes, **fields: object) -> Upload:
    return prepare(sender, receiver, body, name="beach.jpg", content_type="image/jpeg", **fields)


def test_more_fewer_or_other_bytes_than_declared_do_not_get_in(
    running_server: RunningServer, sender: Api, receiver: Api
) -> None:
    body = photo_like(320, 200)
    upload = picture(sender, receiver, body)
    assert upload.put_direct(body + b"!").status == 403
    assert upload.put_direct(body[:-1]).status == 403
    headers = {**upload.grant["headers"], "Content-Type": "text/html"}
    assert call("PUT", upload.grant["put_url"], body=body, headers=headers).status == 403
    without_condition = {"Content-Type": "image/jpeg"}
    assert call("PUT", upload.grant["put_url"], body=body, headers=without_condition).status == 403

    assert upload.complete().json()["code"] == "object_missing"
    assert upload.object_key not in running_server.keys("incoming/")
    upload.put(body)
    assert upload.complete().status == 202


def test_a_part_that_is_too_long_does_not_get_in(sender: Api, receiver: Api) -> None:
    body = os.urandom(11 * MIB)
    upload = picture(sender, receiver, body)
    first = upload.grant["batch"]["items"][0]["url"]
    assert call("PUT", first, body=body).status == 403
    assert upload.complete().json()["code"] == "parts_missing"
    assert sender.post("/chats/upload/abort/", object_key=upload.object_key).status == 200


def test_a_wrong_sum_stops_a_direct_upload_at_the_store(
    running_server: RunningServer, sender: Api, receiver: Api
) -> None:
    body = photo_like(320, 200)
    upload = picture(sender, receiver, body, checksum_sha256=sum_of(b"something else"))
    assert upload.put_direct(body).status == 400
    without_sum = {name: value for name, value in upload.grant["headers"].items() if "checksum" not in name.lower()}
    assert call("PUT", upload.grant["put_url"], body=body, headers=without_sum).status == 403
    assert upload.complete().json()["code"] == "object_missing"
    assert upload.object_key not in running_server.keys("incoming/")


def test_a_wrong_sum_of_a_multipart_upload_is_found_by_the_worker(
    running_server: RunningServer, sender: Api, receiver: Api
) -> None:
    body = SENTENCE * (11 * MIB // len(SENTENCE))
    for declared, is_right in ((sum_of(body), True), (sum_of(b"something else"), False)):
        upload = prepare(sender, receiver, body, name="novel.txt", content_type="text/plain", checksum_sha256=declared)
        upload.put(body)
        assert upload.complete().status == 202
        if is_right:
            assert upload.settled()["state"] == "ready"
        else:
            assert_refused(running_server, sender, upload, "checksum_mismatch")
