"""A job with keys of its own for the store announces images and puts them itself; the store's events do the rest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from e2e.services import as_service
from media.pictures import encoded, quarters
from mediadock.storage.presign import Presigner
from stack.client import Api, call
from stack.server import RunningServer
from stack.waiting import eventually

MOST_BYTES = 100 * 1024 * 1024


def announced(service: Api, count: int) -> list[str]:
    """Where the images of a generation are awaited, by index."""
    answer = service.post("/generated/gen-7/images", count=count, contentType="image/png", prompt="quarters")
    assert answer.status == 201, answer.body
    images = answer.json()["images"]
    return [f"incoming/generated/gen-7/{image['imageId']}_{image['index']}.png" for image in images]


def images(api: Api) -> list[dict[str, Any]]:
    """What the generation shows."""
    found: list[dict[str, Any]] = api.get("/generated/gen-7/images").json()["images"]
    return found


def test_images_put_by_key_and_by_an_address_of_its_own_are_shown(running_server: RunningServer, alice: Api) -> None:
    body = encoded(quarters(640, 480), "png")
    by_key, by_address = announced(as_service(running_server, alice), 2)
    running_server.store.put(by_key, body, content_type="image/png", size_bytes=len(body))
    config = running_server.embedded.stack.seaweedfs.config(running_server.embedded.environment["MEDIADOCK_S3_BUCKET"])
    signed = Presigner(config).put_object(
        by_address, content_type="image/png", content_length=len(body), expires_s=60, now=datetime.now(UTC)
    )
    assert call("PUT", signed.url, body=body, headers=signed.headers).status == 200

    eventually(lambda: [image["status"] for image in images(alice)] == ["uploaded"] * 2)
    for image in images(alice):
        media = image["media"]
        assert (media["width"], media["height"], media["fileSize"]) == (640, 480, len(body))
        display = call("GET", media["variants"]["2048"]["url"])
        assert (display.status, display.headers["content-type"]) == (200, "image/webp")
        assert call("GET", media["originalUrl"]).body == body
    told = [event for event in alice.get("/events/?limit=1000").json()["items"] if event["type"] == "generated_update"]
    assert [event["data"]["stage"] for event in told].count("done") == 2


def test_what_is_no_picture_or_too_large_is_refused_and_deleted(running_server: RunningServer, alice: Api) -> None:
    no_picture, too_large = announced(as_service(running_server, alice), 2)
    script, picture = b"#!/bin/sh\necho gotcha\n", encoded(quarters(64, 48), "png")
    for key, body in ((no_picture, script), (too_large, picture + bytes(MOST_BYTES + 1 - len(picture)))):
        running_server.store.put(key, body, content_type="image/png", size_bytes=len(body))

    eventually(lambda: [image["status"] for image in images(alice)] == ["failed"] * 2)
    first, second = (image["media"] for image in images(alice))
    assert (first["status"], second["status"]) == ("REJECTED", "REJECTED")
    assert second["error"]["code"] == "file_too_large"
    eventually(lambda: not {no_picture, too_large} & set(running_server.keys("incoming/generated/gen-7/")))
