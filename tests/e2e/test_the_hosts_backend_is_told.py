"""A picture is sent, and the host's backend hears of it by webhook, through failures and beside one that hangs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from media.pictures import photo_like
from stack.client import Api
from stack.receiver import Receiver, run_receiver
from stack.sending import send
from stack.server import RunningServer
from stack.waiting import eventually


def added(server: RunningServer, receiver: Receiver) -> tuple[str, str]:
    """An endpoint for assets: its id and its secret."""
    lines = server.manage("webhooks", "add", receiver.url, "--types", "asset.*").splitlines()
    return lines[0].removeprefix("endpoint: "), lines[1].removeprefix("secret: ")


@pytest.fixture
def hanging(running_server: RunningServer) -> Iterator[Receiver]:
    """A backend that takes every request and answers none."""
    with run_receiver() as receiver:
        receiver.behaviour = "stalled"
        endpoint, _ = added(running_server, receiver)
        yield receiver
        running_server.manage("webhooks", "remove", endpoint)


def test_the_backend_hears_of_a_picture_once_it_answers_and_waits_for_no_other(
    running_server: RunningServer, alice: Api, bob: Api, hanging: Receiver
) -> None:
    with run_receiver() as backend:
        backend.first.extend(["unwell", "unwell"])
        endpoint, secret = added(running_server, backend)
        upload = send(alice, bob, photo_like(640, 480), name="beach.jpg", content_type="image/jpeg")
        assert upload.settled()["state"] == "ready"

        def told() -> list[str]:
            good = [one.verified(secret) for one in list(backend.received) if one.answered == "good"]
            return [each["type"] for each in good if each["data"]["asset_id"] == upload.asset_id]

        eventually(lambda: told() == ["asset.uploaded", "asset.ready"])
        eventually(lambda: hanging.under_way > 0)
        assert {one.answered for one in hanging.received} == {"stalled"}, "the other has been waited for all the time"
        [document] = [
            one.verified(secret)
            for one in backend.received
            if one.answered == "good" and one.verified(secret)["type"] == "asset.ready"
        ]
        data = document["data"]
        assert (data["owner_id"], data["file_name"], data["width"]) == (alice.user_id, "beach.jpg", 640)
        assert alice.get(f"/assets/{data['asset_id']}/").json()["media_url"]
        listed = running_server.manage("webhooks", "log", "--endpoint", endpoint)
        assert listed.count("delivered after") >= 2
        running_server.manage("webhooks", "remove", endpoint)
