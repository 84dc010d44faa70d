"""Sounds and films go through the whole system: every stage is told, and what is published plays."""

from __future__ import annotations

import pytest

from media.films import FILMS, content_type_of, corners_of, film, frame_at, moving_gif, sound_in_a_film, turned
from media.pictures import QUARTERS, is_near
from media.playing import boxes_of, samples_of, stream_of
from media.sounds import SOUNDS, click, sine, sound, speech
from stack.client import Api, call
from stack.sending import prepare, send, told
from stack.server import RunningServer
from stack.sockets import frame, socket_of
from stack.waiting import eventually


def test_a_voice_note_plays_with_its_waveform_and_its_original_is_gone(
    running_server: RunningServer, alice: Api, bob: Api
) -> None:
    body = sound("webm opus", click(10.0, at=5.05, amplitude=0.5))
    upload = send(alice, bob, body, name="voice.webm", content_type="audio/webm")
    note = upload.settled()
    assert (note["state"], note["kind"], note["content_type"]) == ("ready", "audio", "audio/webm"), note["error"]
    assert note["duration"] == pytest.approx(10.0, abs=0.05)
    assert max(range(100), key=note["waveform"].__getitem__) == 50
    assert sorted(note["variants"]) == ["audio"]
    played = call("GET", bob.get(f"/assets/{upload.asset_id}/").json()["media_url"])
    assert (played.status, played.headers["content-type"]) == (200, "audio/mp4")
    assert boxes_of(played.body)[:2] == ["ftyp", "moov"]
    assert len(samples_of(played.body)) / 44_100 == pytest.approx(10.0, abs=0.1)
    assert "immutable" in played.headers["cache-control"]
    eventually(lambda: running_server.keys(upload.object_key) == [])
    assert running_server.keys(f"originals/{upload.asset_id}/") == []


def test_a_film_shows_its_poster_first_then_its_progress_then_plays(
    running_server: RunningServer, alice: Api, bob: Api
) -> None:
    body = film(codec="vp9", container="webm", size=(1280, 720), seconds=8.0, audio="opus")
    with socket_of(running_server, bob) as socket:
        upload = prepare(alice, bob, body, name="party.webm", content_type="video/webm")
        upload.put(body)
        upload.complete()
        frames = [frame(socket)]
        while frames[-1]["data"]["stage"] not in {"done", "failed"}:
            frames.append(frame(socket))
    stored = [one["data"] for one in frames if one["seq"] is not None]
    stages = ["uploading", "processing", "processing", "thumbnail_ready", "done"]
    assert [one["stage"] for one in stored] == stages, stored[-1]["error"]
    poster = stored[3]
    assert call("GET", poster["thumbnail_url"]).headers["content-type"] == "image/webp"
    assert (poster["progress"], poster["media_url"]) == (0, None)
    assert poster["duration"] == pytest.approx(8.0, abs=0.2)
    percents = [one["data"]["progress"] for one in frames if one["seq"] is None and one["type"] != "ping"]
    assert len(percents) >= 2, "the film is long enough for several frames"
    assert percents == sorted(set(percents))
    assert all(one["data"]["stage"] == "thumbnail_ready" for one in frames if one["seq"] is None)
    done = stored[4]
    assert (done["kind"], done["width"], done["height"]) == ("video", 1280, 720)
    assert {"96", "240", "480", "960", "video"} == set(done["variants"])
    played = call("GET", done["media_url"])
    assert played.headers["content-type"] == "video/mp4"
    assert boxes_of(played.body)[:2] == ["ftyp", "moov"]
    assert stream_of(played.body, "video")["codec"] == "h264"


def test_a_film_of_a_phone_held_upright_is_upright(alice: Api, bob: Api) -> None:
    upload = send(alice, bob, turned(90), name="IMG_0001.MOV", content_type="video/quicktime")
    shown = upload.settled()
    assert shown["state"] == "ready", shown["error"]
    body = call("GET", shown["media_url"]).body
    picture = frame_at(body, 0.5)
    assert picture.size == (shown["width"], shown["height"])
    assert all(is_near(*pair, tolerance=40) for pair in zip(corners_of(picture), QUARTERS, strict=True))


def test_a_film_without_pictures_is_a_sound_and_a_sound_with_pictures_a_film(alice: Api, bob: Api) -> None:
    sent_as_film = send(alice, bob, sound_in_a_film(), name="talk.mp4", content_type="video/mp4")
    sent_as_sound = send(alice, bob, film(container="mp4"), name="clip.m4a", content_type="audio/mp4")
    heard, seen = sent_as_film.settled(), sent_as_sound.settled()
    assert (heard["state"], heard["kind"], heard["content_type"]) == ("ready", "audio", "audio/mp4"), heard["error"]
    assert (seen["state"], seen["kind"], seen["content_type"]) == ("ready", "video", "video/mp4"), seen["error"]
    assert "audio" in heard["variants"]
    assert "video" in seen["variants"]


def test_a_sound_by_its_bytes_is_a_sound_whatever_it_was_sent_as(alice: Api, bob: Api) -> None:
    upload = send(alice, bob, sound("wav 16", sine(2.0)), name="clip.mp4", content_type="video/mp4")
    heard = upload.settled()
    assert (heard["state"], heard["kind"], heard["content_type"]) == ("ready", "audio", "audio/wav"), heard["error"]


def test_a_moving_gif_may_be_sent_as_a_film(alice: Api, bob: Api) -> None:
    upload = send(alice, bob, moving_gif(), name="dance.gif", content_type="image/gif", kind="video")
    seen = upload.settled()
    assert (seen["state"], seen["kind"]) == ("ready", "video"), seen["error"]
    assert call("GET", seen["media_url"]).headers["content-type"] == "video/mp4"


@pytest.mark.slow
def test_every_sound_and_film_that_people_send_arrives(alice: Api, bob: Api) -> None:
    uploads = {}
    for form, made in SOUNDS.items():
        body = sound(form, speech(2.0))
        uploads[form] = send(alice, bob, body, name=f"{form}.{made.suffix}", content_type=made.content_type)
    for form, make in FILMS.items():
        fields = {"kind": "video"} if content_type_of(form) == "image/gif" else {}
        name = form.replace(" ", ".")
        uploads[f"film {form}"] = send(alice, bob, make(), name=name, content_type=content_type_of(form), **fields)
    ended = {form: upload.settled(within_s=240) for form, upload in uploads.items()}
    assert {form: asset["error"] for form, asset in ended.items() if asset["state"] != "ready"} == {}
    assert len(told(bob)) == len(uploads)


@pytest.mark.parametrize("kept", [0.0, 0.3])
def test_a_damaged_film_says_so_and_offers_no_retry(alice: Api, bob: Api, kept: float) -> None:
    body = film(container="mp4", seconds=4.0)
    damaged = body[: max(64, int(len(body) * kept))]
    refused = send(alice, bob, damaged, name="broken.mp4", content_type="video/mp4").settled()
    assert (refused["state"], refused["error"]["code"]) == ("rejected", "corrupt")
    assert refused["error"]["retryable"] is False
    assert refused["error"]["reason"].endswith(".")
