"""A real Chromium for tests, pages of their own, and what is kept of a test that failed."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from browser.watching import Complaints
from stack.client import Api
from stack.here import cannot_run
from stack.server import RunningServer

FLAGS = (
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",  # containers have 64 MiB of it
    "--disable-renderer-backgrounding",  # two people are two windows, and neither is the one behind
    "--disable-background-timer-throttling",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)

_FAILED = pytest.StashKey[bool]()


def chromium_program() -> str:
    """The installed Chromium; Playwright's own is never downloaded."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        cannot_run("these tests need Chromium: apt-get install chromium")
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember that a test failed for the fixtures that are about to end."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture(scope="package")
def launch() -> Iterator[Callable[..., Browser]]:
    """Starts a browser with further flags; the caller closes it."""
    program = chromium_program()
    with sync_playwright() as playwright:
        yield lambda *flags: playwright.chromium.launch(executable_path=program, headless=True, args=[*FLAGS, *flags])


@pytest.fixture(scope="package")
def chromium(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """One browser for all these tests: they share its process, and no cookie, storage or cache."""
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture
def artifacts(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where this test's pictures go: below ``MEDIADOCK_ARTIFACTS``, which CI keeps, or away with the test."""
    kept = os.environ.get("MEDIADOCK_ARTIFACTS")
    folder = Path(kept) / _folder_name(request.node.nodeid) if kept else tmp_path / "artifacts"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def complaints() -> Complaints:
    """What the pages of this test complain of. Anything that was not expected fails the test."""
    return Complaints()


@pytest.fixture
def new_page(
    request: pytest.FixtureRequest, chromium: Browser, complaints: Complaints, artifacts: Path
) -> Iterator[Callable[..., Page]]:
    """A page in a context of its own, which is another person's or another device's browser.

    Given ``within``, another tab beside that page. Options are those of Playwright's ``new_context``.
    """
    contexts: list[BrowserContext] = []

    def new_page(*, within: Page | None = None, **options: object) -> Page:
        if within is None:
            contexts.append(chromium.new_context(**options))
            contexts[-1].set_default_timeout(PATIENCE_MS)
        page = (within.context if within else contexts[-1]).new_page()
        complaints.watch(page)
        return page

    yield new_page
    pages = [page for context in contexts for page in context.pages]
    if request.node.stash.get(_FAILED, False) or complaints.unexpected():
        _keep(pages, complaints, artifacts)
    for context in contexts:
        context.close()
    assert complaints.unexpected() == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One person's page."""
    return new_page()


@pytest.fixture
def sign_in(new_page: Callable[..., Page], running_server: RunningServer) -> Callable[..., Page]:
    """Opens the demo as somebody, with the token that signing in by the form would have got."""

    def sign_in(person: Api, **options: object) -> Page:
        page = new_page(**options)
        page.add_init_script(f"sessionStorage.setItem('mediadock.token', {person.token!r})")
        page.goto(running_server.url + "/")
        return page

    return sign_in


def _keep(pages: list[Page], complaints: Complaints, folder: Path) -> None:
    (folder / "console.txt").write_text("\n".join(complaints.heard))
    for number, page in enumerate(pages):
        try:
            page.screenshot(path=folder / f"failed-{number}.png", full_page=True, timeout=5_000)
            (folder / f"failed-{number}.html").write_text(page.content())
        except Error as error:  # a page that hangs must not hide why the test failed
            (folder / f"failed-{number}.txt").write_text(str(error))


def _folder_name(node_id: str) -> str:
    return re.sub(r"[^\w.-]+", "-", node_id.removeprefix("tests/browser/"))[:150]
