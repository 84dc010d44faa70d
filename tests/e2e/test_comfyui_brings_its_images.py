"""A finished prompt of ComfyUI: a small real server that speaks ``/history`` and ``/view``, and the handler between."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from e2e.services import as_service
from media.pictures import encoded, quarters
from mediadock.client import Client, ClientError
from stack.client import Api, call
from stack.server import RunningServer
from stack.waiting import eventually

PROMPT = "5c1d2a9e-0000-4000-8000-0123456789ab"
PICTURES = {f"ComfyUI_{number:05}_.png": encoded(quarters(320 + number, 240), "png") for number in range(4)}


class SmallComfy(ThreadingHTTPServer):
    """What is asked of it is kept; ``breaks`` names the image that breaks off in the middle, once."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.is_through = True
        self.breaks = ""
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: SmallComfy

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        self.server.asked.append(path)
        if path == f"/history/{PROMPT}":
            self._answer(json.dumps(history() if self.server.is_through else {}).encode(), "application/json")
        elif path == "/view" and query["type"] == ["output"] and query["subfolder"] == ["today"]:
            self._answer(PICTURES[query["filename"][0]], "image/png", name=query["filename"][0])
        else:
            self.send_error(404)

    def _answer(self, body: bytes, content_type: str, *, name: str = "-") -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if name == self.server.breaks:
            self.server.breaks = ""
            self.close_connection = True
            body = body[: len(body) // 2]
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


def history() -> dict[str, Any]:
    """What ComfyUI tells of a prompt that is through: what it saved, and a preview of a node between."""
    saved = [{"filename": name, "subfolder": "today", "type": "output"} for name in PICTURES]
    preview = [{"filename": "preview.png", "subfolder": "", "type": "temp"}]
    outputs = {"9": {"images": saved}, "12": {"images": preview}, "15": {"text": ["a lighthouse"]}}
    return {PROMPT: {"outputs": outputs, "status": {"status_str": "success", "completed": True}}}


@pytest.fixture
def comfy() -> Iterator[SmallComfy]:
    """A ComfyUI whose prompt is through."""
    with SmallComfy() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def client(running_server: RunningServer, alice: Api) -> Iterator[Client]:
    """The handler's account: a service that acts for alice."""
    with Client(running_server.url, as_service(running_server, alice).token) as client:
        yield client


def images(api: Api) -> list[dict[str, Any]]:
    """What the generation shows."""
    found: list[dict[str, Any]] = api.get(f"/generated/{PROMPT}/images").json()["images"]
    return found


def all_are_there(api: Api) -> bool:
    """Whether every image is uploaded and processed."""
    return [image["status"] for image in images(api)] == ["uploaded"] * len(PICTURES)


def test_every_image_that_was_saved_arrives_in_order_and_whole(comfy: SmallComfy, client: Client, alice: Api) -> None:
    brought = client.bring_from_comfyui(comfy.url, PROMPT)
    assert [(one.index, one.name) for one in brought] == list(enumerate(PICTURES))
    eventually(lambda: all_are_there(alice), within_s=60.0)
    originals = [call("GET", image["media"]["originalUrl"]).body for image in images(alice)]
    assert originals == list(PICTURES.values())
    assert {
        call("GET", image["media"]["variants"]["2048"]["url"]).headers["content-type"] for image in images(alice)
    } == {"image/webp"}
    told = [event["data"] for event in alice.get("/events/?limit=1000").json()["items"]]
    for image in images(alice):
        stages = [data["stage"] for data in told if data["asset_id"] == image["mediaId"]]
        assert (stages[0], stages[-1], stages.count("done")) == ("uploading", "done", 1)


def test_an_image_that_breaks_off_is_fetched_again(comfy: SmallComfy, client: Client, alice: Api) -> None:
    comfy.breaks = "ComfyUI_00001_.png"
    client.bring_from_comfyui(comfy.url, PROMPT)
    eventually(lambda: all_are_there(alice), within_s=60.0)
    assert comfy.asked.count("/view") == len(PICTURES) + 1


def test_called_again_it_sends_nothing_twice(comfy: SmallComfy, client: Client, alice: Api) -> None:
    client.bring_from_comfyui(comfy.url, PROMPT)
    eventually(lambda: all_are_there(alice), within_s=60.0)
    assert client.bring_from_comfyui(comfy.url, PROMPT) == []
    assert len(images(alice)) == len(PICTURES)


def test_a_prompt_that_is_not_through_brings_nothing(comfy: SmallComfy, client: Client, alice: Api) -> None:
    comfy.is_through = False
    with pytest.raises(ClientError, match="has not finished"):
        client.bring_from_comfyui(comfy.url, PROMPT)
    assert alice.get(f"/generated/{PROMPT}/images").status == 404
