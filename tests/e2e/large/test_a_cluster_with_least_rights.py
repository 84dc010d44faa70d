"""Uploads over a cluster of SeaweedFS by two gateways, with keys that may do no more than each process does."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import pytest
from PIL import Image

from faults.pictures import quick_jpeg
from mediadock.storage.errors import StoreRefused
from stack.client import Api, call
from stack.cluster import GATEWAYS
from stack.large import LargeServer
from stack.sending import DIRECT_UP_TO_BYTES, Upload, prepare, send
from stack.waiting import eventually


@cache
def large_png() -> bytes:
    """Noise, which does not compress: too large for one PUT."""
    pixels = np.random.default_rng(5).integers(0, 256, (1900, 1900, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=0)
    assert out.tell() > DIRECT_UP_TO_BYTES
    return out.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["direct", "multipart"])
def test_an_upload_comes_by_one_gateway_and_is_processed_by_the_other(
    mode: str, server: LargeServer, sender: Api, receiver: Api
) -> None:
    body, name, content_type = (
        (quick_jpeg(), "a.jpg", "image/jpeg") if mode == "direct" else (large_png(), "noise.png", "image/png")
    )
    upload = send(sender, receiver, body, name=name, content_type=content_type)
    assert upload.grant["mode"] == mode
    asset = upload.settled(within_s=90.0)
    assert asset["state"] == "ready", asset["error"]
    for variant in asset["variants"].values():
        assert variant["url"].startswith(server.cluster.endpoint(GATEWAYS[1]))
        assert call("GET", variant["url"]).status == 200
    eventually(lambda: upload.object_key not in server.keys("incoming/"))


@pytest.mark.slow
def test_what_is_given_up_and_what_is_deleted_goes(server: LargeServer, sender: Api, receiver: Api) -> None:
    given_up = prepare(sender, receiver, large_png(), name="noise.png", content_type="image/png")
    item = given_up.grant["batch"]["items"][0]
    assert call("PUT", item["url"], body=large_png()[: given_up.grant["part_size"]]).status == 200
    assert open_uploads(server, given_up) == [given_up.object_key]
    assert sender.post("/chats/upload/abort/", object_key=given_up.object_key).status == 200
    shown = send(sender, receiver, quick_jpeg(), name="a.jpg", content_type="image/jpeg")
    assert shown.settled()["state"] == "ready"
    assert sender.delete(f"/assets/{shown.asset_id}/").status == 204

    eventually(lambda: not server.keys(f"media/{shown.asset_id}/") + server.keys(f"originals/{shown.asset_id}/"))
    eventually(lambda: not open_uploads(server, given_up))


@pytest.mark.slow
def test_the_sweeper_and_the_web_process_are_content_with_their_rights(server: LargeServer) -> None:
    assert "0 bytes" in server.manage("sweep", "--orphans", **server.settings_of("sweeper"))
    ready = call("GET", f"{server.url}/readyz")
    assert ready.status == 200, ready.body


@pytest.mark.parametrize(
    ("process", "key"),
    [
        ("web", "media/1/thumb.webp"),
        ("web", "originals/1/a.jpg"),
        ("socket", "incoming/a.jpg"),
        ("worker", "incoming/a.jpg"),
        ("beat", "incoming/a.jpg"),
        ("sweeper", "elsewhere/a.jpg"),
        ("relay", "elsewhere/a.jpg"),
    ],
)
def test_nobody_writes_elsewhere(process: str, key: str, server: LargeServer) -> None:
    with pytest.raises(StoreRefused):
        server.cluster.store(process).put(key, b"x", content_type="text/plain", size_bytes=1)


@pytest.mark.parametrize("process", ["web", "socket", "worker", "relay", "beat"])
def test_only_the_sweeper_lists(process: str, server: LargeServer) -> None:
    assert server.cluster.store("sweeper").list_objects("incoming/") is not None
    with pytest.raises(StoreRefused):
        list(server.cluster.store(process).list_objects("incoming/"))


@pytest.mark.slow
def test_a_volume_server_that_is_killed_delays_writing_and_loses_nothing(
    server: LargeServer, sender: Api, receiver: Api
) -> None:
    shown = send(sender, receiver, quick_jpeg(), name="shown.jpg", content_type="image/jpeg")
    assert shown.settled()["state"] == "ready"
    server.stop("worker")
    waiting = send(sender, receiver, quick_jpeg(), name="waiting.jpg", content_type="image/jpeg")
    server.kill("volume-b")
    key = server.keys(f"media/{shown.asset_id}/")[0]
    for gateway in GATEWAYS:  # each volume has all, so one is enough to read, but not to write
        store = server.cluster.store("setup", gateway=gateway)
        head = store.head(key)
        assert store.read_range(key, etag=head.etag, start=0, end=head.size_bytes)[8:12] == b"WEBP"
    server.start("worker")
    waiting.wait(lambda asset: asset["state"] == "processing")
    server.start("volume-b")

    asset = waiting.settled(within_s=120.0)
    assert (asset["state"], asset["attempt"]) == ("ready", 1), asset["error"]


def open_uploads(server: LargeServer, upload: Upload) -> list[str]:
    uploads = server.cluster.store("setup").list_multipart_uploads("incoming/")
    return [found.key for found in uploads if found.key == upload.object_key]
