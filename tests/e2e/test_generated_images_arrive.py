"""A service announces four images and sends them as they are made; the store's events do the rest."""

from __future__ import annotations

from typing import Any

from e2e.services import as_service
from media.pictures import encoded, quarters
from stack.client import Api, call
from stack.server import RunningServer
from stack.waiting import eventually


def test_a_batch_of_four_arrives_by_the_events_of_the_store(running_server: RunningServer, alice: Api) -> None:
    service = as_service(running_server, alice)
    announced = service.post("/generated/gen-1/images", count=4, contentType="image/png", prompt="quarters").json()
    assert [image["index"] for image in announced["images"]] == [0, 1, 2, 3]
    body = encoded(quarters(640, 480), "png")
    for index in (2, 0, 3, 1):
        path = f"/generated/gen-1/images/{index}/upload"
        session = service.post(path, size=len(body), contentType="image/png").json()
        answer = call("PUT", session["uploadUrl"], body=body, headers=session["headers"])
        assert answer.status == 200, answer.body

    eventually(lambda: [image["status"] for image in images(alice)] == ["uploaded"] * 4, within_s=60.0)
    for image in images(alice):
        assert (image["media"]["width"], image["media"]["height"]) == (640, 480)
        display = call("GET", image["media"]["variants"]["2048"]["url"])
        assert (display.status, display.headers["content-type"]) == (200, "image/webp")
        assert call("GET", image["media"]["originalUrl"]).body == body
    told = [event for event in alice.get("/events/?limit=1000").json()["items"] if event["type"] == "generated_update"]
    assert [event["data"]["stage"] for event in told].count("done") == 4


def images(api: Api) -> list[dict[str, Any]]:
    """What the generation shows."""
    found: list[dict[str, Any]] = api.get("/generated/gen-1/images").json()["images"]
    return found
