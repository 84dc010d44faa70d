"""docs/clients.md, the page without a build: its script comes from the server, its own origin is another."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from browser.docs.conftest import Elsewhere
from docs.host_project import write_files
from docs.pages import blocks
from docs.pages import page as page_named
from stack.client import call


def test_a_page_without_a_build_sends_by_the_servers_own_file(
    page: Page, elsewhere: Elsewhere, picture: Path, tmp_path: Path
) -> None:
    plain = [block for block in blocks(page_named("clients.md")) if block.named("file") == "plain.html"]
    write_files(plain, folder=tmp_path, server=elsewhere.server)
    elsewhere.backend.folder = tmp_path
    page.goto(f"{elsewhere.backend.url}/plain.html")
    expect(page.locator("input")).to_be_enabled()
    page.set_input_files("input", picture)
    expect(page.locator("output")).not_to_be_empty()
    assert page.evaluate("async (url) => (await fetch(url)).ok", page.locator("output").text_content())


def test_only_that_file_is_for_pages_of_any_origin(elsewhere: Elsewhere) -> None:
    asked = {"Origin": "https://somebody.example"}
    ours = call("GET", f"{elsewhere.server}/static/mediadock/index.js", headers=asked)
    assert (ours.status, ours.headers["access-control-allow-origin"]) == (200, "*")
    assert ours.headers["content-type"].startswith("text/javascript")
    other = call("GET", f"{elsewhere.server}/static/ninja/swagger-ui.css", headers=asked)
    assert other.status == 200
    assert "access-control-allow-origin" not in other.headers
