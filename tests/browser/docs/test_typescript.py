"""docs/clients.md, plain TypeScript: the page, and every fragment of a program."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, expect

from browser.docs.arriving import received, wait_for_pictures
from browser.docs.conftest import Elsewhere
from browser.docs.npm import Project
from docs.pages import blocks
from docs.pages import page as page_named
from stack.server import RunningServer

CLIENTS = blocks(page_named("clients.md"))

# What the fragments take for granted; each declares anew what it is about.
GIVEN = """
import type { Client, Upload } from "mediadock";

declare global {
  const client: Client;
  const files: File[];
  const upload: Upload;
  const bar: HTMLProgressElement;
  const note: HTMLElement;
}
"""


def test_a_picture_of_the_plain_page_is_ready_at_the_other_person(
    page: Page, elsewhere: Elsewhere, project: Project, picture: Path, running_server: RunningServer
) -> None:
    named = picture.rename(picture.with_name(f"pier-{uuid4().hex[:8]}.jpg"))
    project.write(CLIENTS, names=["index.html", "main.ts"], server=elsewhere.server)
    project.check()
    elsewhere.backend.folder = project.build()

    page.goto(elsewhere.backend.url)
    expect(page.locator("input")).to_be_enabled()
    page.set_input_files("input", named)
    wait_for_pictures(page)
    expect(page.locator("progress")).to_have_js_property("value", 1)

    alice, bob = running_server.api_as("alice"), running_server.api_as("bob")
    assert alice.user_id is not None
    assert received(bob, sender_id=alice.user_id, file_name=named.name)["state"] == "ready"


def test_every_fragment_is_a_program_of_strict_types(project: Project, elsewhere: Elsewhere) -> None:
    (project.folder / "given.d.ts").write_text(GIVEN)
    fragments = [block for block in CLIENTS if block.language == "ts" and not block.info]
    assert fragments
    for block in fragments:
        (project.folder / f"line-{block.line}.ts").write_text(block.text)
    files = [name for block in CLIENTS if block.language in ("ts", "tsx") and (name := block.named("file"))]
    project.write(CLIENTS, names=[name for name in files if name != "main.ts"], server=elsewhere.server)
    project.check()
