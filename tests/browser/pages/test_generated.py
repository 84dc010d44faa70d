"""Images that a machine makes come onto the page one by one."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from browser.chat.axe import no_barriers
from browser.chat.looks import take_pictures
from browser.chat.people import Somebody
from browser.pages.test_pages import are_ready, go
from e2e.services import as_service
from media.pictures import encoded, quarters
from stack.client import Api, call
from stack.server import RunningServer


def bring(service: Api, index: int, body: bytes) -> None:
    """One image that is made goes to the store; its event does the rest."""
    path = f"/generated/lighthouse/images/{index}/upload"
    session = service.post(path, size=len(body), contentType="image/png").json()
    assert call("PUT", session["uploadUrl"], body=body, headers=session["headers"]).status == 200


def test_generated_images_come_one_by_one(running_server: RunningServer, alice: Somebody, artifacts: Path) -> None:
    service = as_service(running_server, alice.api)
    go(alice, "Generated")
    expect(alice.page.get_by_text("No images yet.")).to_be_visible()
    no_barriers(alice)
    asked = {"count": 3, "contentType": "image/png", "prompt": "a lighthouse at dusk", "model": "sd-xl"}
    assert service.post("/generated/lighthouse/images", **asked).status == 201
    alice.page.reload()
    expect(alice.page.get_by_role("heading", name="a lighthouse at dusk", level=2)).to_be_visible()
    expect(alice.page.get_by_text("3 of 3 to come")).to_be_visible()

    cells = alice.page.locator(".md-cell")
    bring(service, 1, encoded(quarters(640, 480), "png"))
    are_ready(cells, 1)
    expect(alice.page.get_by_text("2 of 3 to come")).to_be_visible()
    bring(service, 0, b"#!/bin/sh\n" + b" " * 100)
    expect(cells.locator(".md-reason")).to_have_count(1)
    take_pictures(artifacts, "generated", owner=alice)
    no_barriers(alice)
    cells.get_by_role("button", name="Open").click()
    expect(alice.page.get_by_role("dialog")).to_be_visible()
