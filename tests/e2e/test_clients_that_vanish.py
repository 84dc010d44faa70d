"""A client that is gone right after its PUT, on every surface: the store's event completes what it left."""

from __future__ import annotations

import pytest

from e2e.services import as_service
from media.pictures import photo_like
from stack.begun import SURFACES
from stack.client import Api
from stack.server import RunningServer
from stack.waiting import eventually


@pytest.mark.parametrize("surface", SURFACES)
def test_what_it_put_is_shown_without_another_word_from_it(
    running_server: RunningServer, alice: Api, surface: str
) -> None:
    body = photo_like(640, 480)
    upload = SURFACES[surface](alice, as_service(running_server, alice), len(body))
    upload.put(body)
    eventually(lambda: upload.status == "READY")
    told = [event["data"] for event in alice.get("/events/?limit=1000").json()["items"]]
    states = [data["state"] for data in told if data["asset_id"] == upload.media_id]
    assert (states[0], states[1], states[-1]) == ("pending", "uploaded", "ready")
    assert (states.count("uploaded"), states.count("ready")) == (1, 1)
