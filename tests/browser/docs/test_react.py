"""docs/clients.md, React: two people on the page, one sends, both see the picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from browser.docs.arriving import received, wait_for_pictures
from browser.docs.conftest import Elsewhere
from browser.docs.npm import Project
from docs.pages import blocks
from docs.pages import page as page_named
from stack.server import RunningServer

CLIENTS = blocks(page_named("clients.md"))
INDEX = '<!doctype html>\n<div id="root"></div>\n<script type="module" src="main.tsx"></script>\n'


def test_a_picture_of_the_react_page_appears_on_both_sides(
    new_page: Callable[..., Page],
    elsewhere: Elsewhere,
    project: Project,
    picture: Path,
    running_server: RunningServer,
) -> None:
    project.write(CLIENTS, names=["main.tsx", "inbox.tsx", "session.ts"], server=elsewhere.server)
    (project.folder / "index.html").write_text(INDEX)
    project.check()
    elsewhere.backend.folder = project.build()

    sender, reader = running_server.api_as_somebody(), running_server.api_as_somebody()
    ours, theirs = new_page(), new_page()
    for page, person, other in ((ours, sender, reader), (theirs, reader, sender)):
        elsewhere.backend.sign_in(page, person)
        page.goto(f"{elsewhere.backend.url}/?to={other.user_id}")
    ours.get_by_label("Attach").set_input_files(picture)

    for page in (ours, theirs):
        expect(page.locator('[data-stage="done"]')).to_have_count(1)
    expect(theirs.get_by_label("Received")).to_have_count(1)
    wait_for_pictures(theirs, "article")
    wait_for_pictures(ours)
    assert sender.user_id is not None
    assert received(reader, sender_id=sender.user_id, file_name=picture.name)["state"] == "ready"
