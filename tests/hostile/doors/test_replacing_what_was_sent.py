"""The address of an upload is good for a quarter of an hour; what it can still do after the upload is nothing."""

from __future__ import annotations

from media.pictures import photo_like
from stack.client import Api, call
from stack.sending import prepare, send
from stack.server import RunningServer
from stack.waiting import eventually


def test_a_second_put_changes_nothing_before_or_after_the_first_is_published(
    running_server: RunningServer, sender: Api, receiver: Api
) -> None:
    harmless, other = photo_like(320, 200, seed=1), photo_like(320, 200, seed=2)
    other = other + bytes(max(0, len(harmless) - len(other)))
    other = other[: len(harmless)]
    upload = prepare(sender, receiver, harmless, name="beach.jpg", content_type="image/jpeg")
    upload.put(harmless)
    assert upload.put_direct(other).status == 412
    assert upload.complete().status == 202
    early = upload.put_direct(other).status
    assert early in {412, 200}  # 200 only if the worker was done with it already
    done = upload.settled()
    assert done["state"] == "ready"
    shown = call("GET", done["media_url"]).body
    if early == 412:
        eventually(lambda: upload.object_key not in running_server.keys("incoming/"))
        assert upload.put_direct(other).status == 200
    assert upload.complete().status == 202
    # Whatever that had set going would have been done before what is sent now.
    assert send(sender, receiver, harmless, name="next.jpg", content_type="image/jpeg").settled()["state"] == "ready"

    assert upload.asset()["variants"].keys() == done["variants"].keys()
    assert call("GET", upload.asset()["media_url"]).body == shown
    assert call("GET", upload.asset()["variants"]["original"]["url"]).body == harmless
    assert f"object {upload.object_key}" in running_server.manage("sweep", "--orphans", ORPHAN_GRACE="0")
    running_server.manage("sweep", "--orphans", "--delete", ORPHAN_GRACE="0")
    assert upload.object_key not in running_server.keys("incoming/")


def test_quarantine_and_published_objects_are_closed_to_everybody_without_an_address(
    running_server: RunningServer, sender: Api, receiver: Api
) -> None:
    body = photo_like(320, 200)
    upload = prepare(sender, receiver, body, name="beach.jpg", content_type="image/jpeg")
    upload.put(body)
    bucket = upload.grant["put_url"].split("/incoming/")[0]
    assert call("GET", f"{bucket}/{upload.object_key}").status == 403
    assert call("GET", upload.grant["put_url"]).status == 403
    upload.complete()
    upload.settled()
    published = running_server.keys(f"media/{upload.asset_id}/")
    assert [call("GET", f"{bucket}/{key}").status for key in published] == [403] * len(published)
