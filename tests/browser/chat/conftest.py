"""Two people in the chat, each in a browser of their own, before a whole system that a test may break."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.chat.people import Somebody
from browser.chat.things import Things
from browser.chat.town import Town, build_pages, open_town

DESKTOP = {"width": 1120, "height": 780}

expect.set_options(timeout=60_000)


@pytest.fixture(scope="package")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the built pages: whoever builds them anew meanwhile disturbs nobody here."""
    folder = tmp_path_factory.mktemp("pages") / "web"
    shutil.copytree(build_pages(), folder)
    return folder


@pytest.fixture(scope="package")
def whole_town(pages: Path) -> Iterator[Town]:
    with open_town(pages) as town:
        yield town


@pytest.fixture
def town(whole_town: Town) -> Iterator[Town]:
    """Everything runs when a test begins."""
    whole_town.heal()
    yield whole_town
    for name in ("relay", "socket", "web"):
        assert name in whole_town.server.supervisor.running
    whole_town.heal()


@pytest.fixture(scope="package")
def things(tmp_path_factory: pytest.TempPathFactory) -> Things:
    """The files that people send here."""
    return Things(tmp_path_factory.mktemp("things"))


@pytest.fixture
def enter(new_page: Callable[..., Page], town: Town) -> Callable[..., Somebody]:
    """Gives a new person a browser; they are not signed in where ``open`` was not called."""

    def enter(name: str, **options: object) -> Somebody:
        page = new_page(**{"viewport": DESKTOP, "locale": "en-GB", **options})
        page.set_default_timeout(60_000)
        page.on("filechooser", lambda chooser: None)  # asked for only when a key is pressed, it may come too late
        return Somebody(page, town.person(name), town.url)

    return enter


@pytest.fixture
def alice(enter: Callable[..., Somebody]) -> Somebody:
    """Who sends."""
    return enter("Alice")


@pytest.fixture
def bob(enter: Callable[..., Somebody], alice: Somebody) -> Somebody:
    """Who receives. Both have their conversation with each other on the screen."""
    bob = enter("Bob")
    bob.open(alice)
    alice.open(bob)
    return bob
