"""The operators' pages in a real browser: under their policy, for everybody, light and dark, and as they look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from browser.chat.axe import no_barriers
from browser.watching import Complaints
from media.pictures import encoded, quarters
from stack.operators import ASSETS, QUEUES, STORAGE
from stack.sending import prepare, send
from stack.server import RunningServer
from stack.waiting import eventually

WIDE = {"width": 1360, "height": 900}
WICKED = '<script>document.title = "taken"</script><img src=x onerror="document.title=1">.png'


@dataclass
class AtTheAdmin:
    """An operator's window, as the search for barriers takes it."""

    page: Page

    def until(self, condition: str) -> None:
        eventually(lambda: bool(self.page.evaluate(condition)))


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, running_server: RunningServer) -> StorageState:
    """What a browser keeps in which the operator whom ``mediadock up`` makes has signed in."""
    complaints = Complaints()
    complaints.expect(r"favicon\.ico")
    with chromium.new_context(viewport=WIDE, locale="en-GB") as context:
        page = context.new_page()
        complaints.watch(page)
        page.goto(running_server.url + "/admin/")
        page.get_by_label("Username:").fill("operator")
        page.get_by_label("Password:").fill(running_server.embedded.stack.credentials.operator_password)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", name="Operations")).to_be_visible()
        assert complaints.unexpected() == []
        return context.storage_state()


@pytest.fixture
def page(
    new_page: Callable[..., Page], signed_in: StorageState, running_server: RunningServer, complaints: Complaints
) -> Page:
    """That operator's."""
    complaints.expect(r"favicon\.ico")
    page = new_page(viewport=WIDE, locale="en-GB", storage_state=signed_in)
    page.goto(running_server.url + "/admin/")
    expect(page.get_by_role("heading", name="Operations")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def files(running_server: RunningServer) -> dict[str, int]:
    """What the tests here look at, and leave as it is."""
    return new_files(running_server)


def new_files(running_server: RunningServer) -> dict[str, int]:
    """One asset that is ready, one rejected and one unfinished, of somebody new."""
    somebody = running_server.api_as_somebody()
    picture = encoded(quarters(640, 480), "png")
    ready = send(somebody, somebody, picture, name=WICKED, content_type="image/png")
    lie = send(somebody, somebody, b"MZ" + b"\0" * 998, name="holiday.png", content_type="image/png")
    unfinished = prepare(somebody, somebody, picture, name="later.png", content_type="image/png")
    assert ready.settled()["state"] == "ready"
    assert lie.settled()["state"] == "rejected"
    owner = somebody.user_id or 0
    return {"ready": ready.asset_id, "rejected": lie.asset_id, "pending": unfinished.asset_id, "owner": owner}


def photograph(page: Page, folder: Path, name: str) -> None:
    """The whole page, light and dark, once all its pictures are there."""
    AtTheAdmin(page).until("[...document.images].every((image) => image.complete)")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=folder / f"{name}-{scheme}.png", full_page=True, animations="allow", caret="initial")


def paths_of(files: dict[str, int]) -> dict[str, str]:
    return {
        "index": "/admin/",
        "list": f"{ASSETS}?owner__id__exact={files['owner']}",
        "asset": f"{ASSETS}{files['ready']}/change/",
        "rejected": f"{ASSETS}{files['rejected']}/change/",
        "question": f"{ASSETS}{files['ready']}/delete/",
        "queues": QUEUES,
        "storage": STORAGE,
    }


def test_the_pages_run_under_their_policy(page: Page, running_server: RunningServer, files: dict[str, int]) -> None:
    for path in paths_of(files).values():
        page.goto(running_server.url + path)
        expect(page.locator("#content-main")).to_be_visible()
    assert page.title() != "taken"  # what a page complained of fails the test by itself


def test_the_pages_have_no_barriers(
    page: Page, running_server: RunningServer, files: dict[str, int], artifacts: Path, complaints: Complaints
) -> None:
    complaints.expect("Applying inline style")  # of those who look, not of the pages: see the test before
    for name, path in paths_of(files).items():
        page.goto(running_server.url + path)
        photograph(page, artifacts, name)
        no_barriers(AtTheAdmin(page))  # type: ignore[arg-type]


def test_pictures_are_shown_and_wicked_names_are_words(
    page: Page, running_server: RunningServer, files: dict[str, int]
) -> None:
    page.goto(f"{running_server.url}{ASSETS}?owner__id__exact={files['owner']}")
    row = page.get_by_role("row").filter(has_text=f"#{files['ready']} ")
    expect(row).to_contain_text(WICKED)
    expect(row.locator("img.md-thumb")).not_to_have_js_property("naturalWidth", 0)
    page.goto(f"{running_server.url}{ASSETS}{files['ready']}/change/")
    expect(page.locator("img.md-picture")).not_to_have_js_property("naturalWidth", 0)
    expect(page.get_by_text(WICKED).first).to_be_visible()


def test_an_operator_expires_one_upload_and_deletes_several(page: Page, running_server: RunningServer) -> None:
    files = new_files(running_server)
    page.goto(f"{running_server.url}{ASSETS}{files['pending']}/change/")
    page.get_by_role("link", name="Expire").click()
    page.get_by_role("button", name="Expire").click()
    expect(page.get_by_text("1 asset was expired.")).to_be_visible()
    expect(page.locator(".md-head .md-state")).to_have_text("expired")

    page.goto(f"{running_server.url}{ASSETS}?owner__id__exact={files['owner']}")
    page.get_by_role("checkbox", name="Select all").check()
    page.get_by_label("Action:").select_option("Delete …")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_text("3 assets")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("3 assets were deleted.")).to_be_visible()
    page.goto(f"{running_server.url}{ASSETS}?owner__id__exact={files['owner']}")
    expect(page.get_by_text("0 assets", exact=False).first).to_be_visible()
