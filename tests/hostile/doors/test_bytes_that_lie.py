"""Bytes that are not what they are called: refused with a sentence, gone from the store, the worker unharmed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest

from hostile.doors.watched import WatchedWorker
from media import bombs
from media.heads import REFUSED
from media.pictures import encoded, photo_like, quarters
from mediadock.processing.limits import GIB
from stack.client import Api
from stack.sending import Upload, send
from stack.server import RunningServer
from stack.waiting import eventually

MIB = 1024 * 1024
NAMES = {"image/jpeg": "beach.jpg", "text/plain": "readme.txt", "video/mp4": "party.mp4", "audio/mpeg": "song.mp3"}


def assert_refused(server: RunningServer, sender: Api, upload: Upload, *codes: str) -> None:
    """A named end with a sentence for a person, told to the sender; nothing of it is left or shown."""
    asset = upload.settled()
    assert asset["state"] == "rejected", asset
    assert asset["error"]["code"] in codes
    assert asset["error"]["retryable"] is False
    assert asset["error"]["reason"].endswith(".")
    assert not re.search(r"https?:|/tmp|Traceback|Error", asset["error"]["reason"])
    assert (asset["variants"], asset["url"], asset["thumbnail_url"]) == ({}, None, None)
    assert sender.post(f"/assets/{upload.asset_id}/retry/").status == 409
    assert_gone(server, upload)


def assert_gone(server: RunningServer, upload: Upload) -> None:
    """The relay deletes behind the answer."""
    eventually(lambda: upload.object_key not in server.keys("incoming/"))
    assert not server.keys(f"media/{upload.asset_id}/")
    assert not server.keys(f"originals/{upload.asset_id}/")


@pytest.mark.parametrize("code", REFUSED)
@pytest.mark.parametrize("content_type", NAMES)
def test_what_is_never_accepted_is_refused_under_any_name(
    code: str, content_type: str, running_server: RunningServer, sender: Api, receiver: Api
) -> None:
    body = next(iter(REFUSED[code].values()))
    upload = send(sender, receiver, body, name=NAMES[content_type], content_type=content_type)
    assert_refused(running_server, sender, upload, code)


PICTURES: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "16 MB of random bytes": (lambda: os.urandom(16 * MIB), ("type_unknown", "type_mismatch")),
    "half a photo": (lambda: photo_like(1600, 1200)[:60_000], ("corrupt",)),
    "a head and nothing else": (lambda: photo_like(1600, 1200)[:300], ("corrupt",)),
    "text": (lambda: b"I am a picture, honestly.\n" * 10, ("type_mismatch",)),
    "PNG 50,000 x 50,000 of one bit": (lambda: bombs.png_of(50_000, 50_000, bits=1), ("image_too_large",)),
    "PNG 20,000 x 20,000 interlaced": (lambda: bombs.png_of(20_000, 20_000, interlaced=True), ("image_too_large",)),
    "JPEG 8,000 x 8,000 progressive": (lambda: bombs.jpeg_of(8_000, 8_000, progressive=True), ("image_too_large",)),
    "AVIF 8,192 x 8,192": (lambda: bombs.avif_of(8_192), ("image_too_large",)),
    "WebP 16,383 x 16,383": (lambda: bombs.webp_claiming(16_383), ("image_too_large",)),
    "GIF of 250 frames of a megapixel": (lambda: bombs.gif_of(1_000, 1_000, frames=250), ("image_too_large",)),
}


@pytest.mark.parametrize(("make", "codes"), PICTURES.values(), ids=PICTURES)
def test_what_is_no_picture_or_too_large_a_one_is_refused(
    make: Callable[[], bytes], codes: tuple[str, ...], running_server: RunningServer, sender: Api, receiver: Api
) -> None:
    upload = send(sender, receiver, make(), name="beach.jpg", content_type="image/jpeg")
    assert_refused(running_server, sender, upload, *codes)


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("setup.exe", "application/x-msdownload"), ("shell.php", "application/x-php"), ("page.html", "text/html"),
     ("logo.svg", "image/svg+xml"), ("run.sh", ""), ("live.m3u8", "application/vnd.apple.mpegurl")],
)  # fmt: skip
def test_what_says_that_it_is_dangerous_is_refused_before_a_byte_is_sent(
    name: str, content_type: str, sender: Api, receiver: Api
) -> None:
    answer = sender.post(
        "/chats/upload/prepare/",
        receiver_id=receiver.user_id,
        file_name=name,
        file_size=1000,
        content_type=content_type,
    )
    assert (answer.status, answer.json()["code"]) == (415, "type_not_allowed")
    assert name in answer.body.decode()


def test_the_largest_that_is_accepted_is_decoded_in_less_than_a_gibibyte(
    sender: Api, receiver: Api, worker: WatchedWorker
) -> None:
    body = bombs.jpeg_of(7_071, 7_071, progressive=True)
    assert send(sender, receiver, body, name="wall.jpg", content_type="image/jpeg").settled()["state"] == "ready"
    assert 100 * MIB < worker.peak_child_bytes < GIB


def test_a_picture_of_another_format_is_what_its_bytes_say(sender: Api, receiver: Api) -> None:
    upload = send(sender, receiver, encoded(quarters(), "png"), name="beach.jpg", content_type="image/jpeg")
    asset = upload.settled()
    assert (asset["state"], asset["content_type"]) == ("ready", "image/png")


def test_a_refused_file_holds_its_message_back_and_takes_nothing_of_the_quota(
    running_server: RunningServer, sender: Api, receiver: Api
) -> None:
    upload = send(sender, receiver, b"MZ" + os.urandom(500), name="beach.jpg", content_type="image/jpeg", text="Hi")
    assert upload.settled()["state"] == "rejected"
    shown = receiver.get(f"/chats/{sender.user_id}/messages/").json()["items"][0]
    assert shown["status"] == "pending"
    assert sender.delete(f"/assets/{upload.asset_id}/").status == 204
    assert receiver.get(f"/chats/{sender.user_id}/messages/").json()["items"][0]["status"] == "sent"
