"""People before the pages of albums, posts and avatars, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from browser.chat.people import Somebody
from browser.chat.things import Things
from browser.chat.town import build_pages
from stack.server import RunningServer

DESKTOP = {"width": 1120, "height": 780}

expect.set_options(timeout=60_000)


@pytest.fixture(scope="session", autouse=True)
def built_pages() -> None:
    """As the sources are now; of the session, so that it comes before the server, which takes a copy of them."""
    build_pages()


@pytest.fixture(scope="package")
def things(tmp_path_factory: pytest.TempPathFactory) -> Things:
    """The files that people choose here."""
    return Things(tmp_path_factory.mktemp("things"))


@pytest.fixture
def enter(built_pages: None, new_page: Callable[..., Page], running_server: RunningServer) -> Callable[..., Somebody]:
    """A new person with an open page; further options are those of Playwright's ``new_context``."""

    def enter(**options: object) -> Somebody:
        page = new_page(**{"viewport": DESKTOP, "locale": "en-GB", **options})
        page.set_default_timeout(60_000)
        somebody = Somebody(page, running_server.api_as_somebody(), running_server.url)
        somebody.open()
        return somebody

    return enter


@pytest.fixture
def alice(enter: Callable[..., Somebody]) -> Somebody:
    return enter()


@pytest.fixture
def bob(enter: Callable[..., Somebody]) -> Somebody:
    return enter()
