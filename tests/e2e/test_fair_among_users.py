"""Many files of one person, or long ones, and one of another: the other one does not wait for them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from media.films import film
from media.pictures import photo_like
from stack.client import Api
from stack.sending import Upload, prepare, send
from stack.server import RunningServer

CROWD = 60
IN_HAND = 8  # two in hand, and what the other place gets done meanwhile
FILM_S = 45.0


@pytest.fixture
def busy(running_server: RunningServer) -> Api:
    """Who sends a great deal."""
    return running_server.api_as_somebody()


@pytest.fixture
def modest(running_server: RunningServer) -> Api:
    """Who sends one thing."""
    return running_server.api_as_somebody()


def put_pictures(sender: Api, body: bytes, count: int) -> list[Upload]:
    """So many pictures that are in the store and not completed yet."""

    def put_one(number: int) -> Upload:
        upload = prepare(sender, sender, body, name=f"{number}.jpg", content_type="image/jpeg")
        upload.put(body)
        return upload

    with ThreadPoolExecutor(4) as hands:
        return list(hands.map(put_one, range(count)))


def complete_all(uploads: list[Upload]) -> None:
    """All at once, as far as four hands can."""
    with ThreadPoolExecutor(4) as hands:
        for answer in hands.map(Upload.complete, uploads):
            assert answer.status == 202, answer.body


def told(person: Api) -> list[dict[str, Any]]:
    """What happened to the files of this person, in order."""
    return [event["data"] for event in person.get("/events/?limit=1000").json()["items"]]


def done_order(*people: Api) -> list[int]:
    """The files of these people in the order in which they became ready."""
    ready = [
        (data["updated_at"], data["asset_id"]) for person in people for data in told(person) if data["stage"] == "done"
    ]
    return [asset_id for _, asset_id in sorted(ready)]


def done_before(upload: Upload, other: Api) -> int:
    """How many files of somebody else were ready when this upload was completed, by the server's clock."""
    own = [data for data in told(upload.sender) if data["asset_id"] == upload.asset_id]
    completed_at = next(data["updated_at"] for data in own if data["state"] == "uploaded")
    return len([data for data in told(other) if data["stage"] == "done" and data["updated_at"] < completed_at])


def seconds_to_be_ready(sender: Api, body: bytes) -> float:
    """From the complete call to the picture."""
    (upload,) = put_pictures(sender, body, 1)
    began = time.monotonic()
    assert upload.complete().status == 202
    assert upload.settled()["state"] == "ready"
    return time.monotonic() - began


@pytest.mark.slow
def test_one_picture_does_not_wait_for_sixty_of_somebody_else(busy: Api, modest: Api) -> None:
    body = photo_like(1600, 1200)
    solo_s = seconds_to_be_ready(modest, body)
    crowd, (one,) = put_pictures(busy, body, CROWD), put_pictures(modest, body, 1)
    complete_all(crowd)
    began = time.monotonic()
    assert one.complete().status == 202
    assert one.settled()["state"] == "ready"
    crowded_s = time.monotonic() - began
    for upload in crowd:
        assert upload.settled(within_s=120.0)["state"] == "ready"

    place = [*done_order(busy, modest)].index(one.asset_id) - 1  # the picture sent alone was done before all
    overtook = place - done_before(one, busy)
    print(f"measured: alone {solo_s:.2f} s, in the crowd {crowded_s:.2f} s, {overtook} of the crowd before it")
    assert overtook <= IN_HAND
    assert place + CROWD // 3 < CROWD, "the crowd was done too soon to be one"


@pytest.mark.slow
def test_two_long_films_do_not_delay_a_picture(busy: Api, modest: Api) -> None:
    body = film(codec="mpeg4", size=(1280, 720), seconds=FILM_S, rate=30)
    picture = photo_like(640, 480)
    films = [send(busy, busy, body, name=f"{n}.mp4", content_type="video/mp4") for n in range(2)]
    for upload in films:
        upload.wait(lambda asset: asset["state"] == "processing")
    measured = [seconds_to_be_ready(modest, picture) for _ in range(5)]
    print("measured: pictures beside two films " + " ".join(f"{one:.2f}" for one in measured) + " s")
    assert [upload.asset()["state"] for upload in films] == ["processing"] * 2
    for upload in films:
        assert upload.settled(within_s=200.0)["state"] == "ready"
