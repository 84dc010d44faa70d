"""One person sends a picture, the other sees it come: every stage on the socket, upright, and nothing told besides."""

from __future__ import annotations

import pytest

from media.pictures import CONTENT_TYPES, QUARTERS, corners, encoded, is_near, photo_like, quarters
from media.tags import EXIF_MARKER
from stack.client import Api, call
from stack.sending import STAGES_OF_A_PICTURE, prepare, send
from stack.server import RunningServer
from stack.sockets import frame, socket_of

METADATA = (EXIF_MARKER, b"EXIF", b"Exif", b"XMP ", b"ICCP", b"GPS", b"adobe", b"Canon", b"52,31")


def test_the_receiver_sees_every_stage_on_his_socket_and_the_addresses_open(
    running_server: RunningServer, alice: Api, bob: Api
) -> None:
    body = photo_like(1600, 1200)
    with socket_of(running_server, bob) as socket:
        upload = prepare(alice, bob, body, name="beach.jpg", content_type="image/jpeg")
        frames = [frame(socket)]
        upload.put(body)
        upload.complete()
        while frames[-1]["data"]["stage"] not in {"done", "failed"}:
            frames.append(frame(socket))

    stored = [one for one in frames if one["seq"] is not None]
    assert [one["seq"] for one in stored] == [1, 2, 3, 4, 5]
    assert {one["type"] for one in stored} == {"chat_message_update"}
    data = [one["data"] for one in stored]
    assert [(told["stage"], told["processing_status"]) for told in data] == STAGES_OF_A_PICTURE
    assert [told["message_status"] for told in data] == ["pending"] * 4 + ["sent"]
    assert [told["media_url"] for told in data[:4]] == [None] * 4
    assert_opens(data[3]["thumbnail_url"])
    done = data[4]
    assert done["url"] == done["media_url"]
    assert (done["width"], done["height"]) == (1600, 1200)
    assert "original" not in done["variants"], "that is the sender's own"
    for address in (done["thumbnail_url"], done["media_url"], *(one["url"] for one in done["variants"].values())):
        assert_opens(address)


def test_a_picture_is_upright_whichever_way_the_phone_was_held(alice: Api, bob: Api) -> None:
    uploads = {
        orientation: send(
            alice,
            bob,
            encoded(quarters(1200, 800), "jpeg", orientation=orientation),
            name=f"{orientation}.jpg",
            content_type="image/jpeg",
        )
        for orientation in range(1, 9)
    }
    for orientation, upload in uploads.items():
        asset = upload.settled()
        assert (asset["width"], asset["height"]) == (1200, 800), orientation
        for name, variant in asset["variants"].items():
            if name != "original":
                seen = corners(call("GET", variant["url"]).body)
                assert all(is_near(*pair) for pair in zip(seen, QUARTERS, strict=True)), (orientation, name, seen)


@pytest.mark.parametrize("form", CONTENT_TYPES)
def test_no_place_or_other_metadata_is_in_any_published_byte(
    form: str, running_server: RunningServer, alice: Api, bob: Api
) -> None:
    body = encoded(quarters(1200, 800), form, orientation=6 if form != "gif" else 1, gps=True)
    assert EXIF_MARKER in body
    upload = send(alice, bob, body, name=f"home.{form}", content_type=CONTENT_TYPES[form])
    asset = upload.settled()
    assert asset["state"] == "ready", asset["error"]
    published = running_server.keys(f"media/{upload.asset_id}/")
    assert len(published) == 5
    for variant in bob.get(f"/assets/{upload.asset_id}/").json()["variants"].values():
        answer = call("GET", variant["url"])
        assert answer.headers["content-type"] == "image/webp"
        assert [secret for secret in METADATA if secret in answer.body] == []


def test_a_photo_as_phones_take_them_is_shown(alice: Api, bob: Api) -> None:
    body = encoded(quarters(4032, 3024), "heic", orientation=6, gps=True)
    upload = send(alice, bob, body, name="IMG_0042.HEIC", content_type="image/heic")
    asset = upload.settled()
    assert (asset["state"], asset["content_type"]) == ("ready", "image/heic"), asset["error"]
    assert (asset["width"], asset["height"]) == (4032, 3024)
    seen = corners(call("GET", asset["media_url"]).body)
    assert all(is_near(*pair) for pair in zip(seen, QUARTERS, strict=True)), seen


def assert_opens(url: str) -> None:
    answer = call("GET", url)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/webp")
    assert answer.body[8:12] == b"WEBP"
