"""The fixtures themselves: a page opens, and what it complains of is heard."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from browser.watching import Complaints
from stack.server import RunningServer


def test_a_page_runs_scripts_of_today(page: Page) -> None:
    page.set_content("<h1>Hello</h1>")
    assert page.get_by_role("heading", name="Hello").is_visible()
    assert page.evaluate("typeof AbortSignal.any") == "function"


def test_complaints_of_a_page_are_heard(page: Page, complaints: Complaints) -> None:
    complaints.expect("^expected")
    page.evaluate("console.error('expected one'); console.error('another'); console.warn('no error')")
    page.evaluate("setTimeout(() => { throw new Error('thrown') })")
    page.wait_for_function("true")
    page.evaluate("new Promise((resolve) => setTimeout(resolve))")
    heard = complaints.unexpected()
    complaints.expect("another", "thrown")
    assert [text.split(" (")[0] for text in heard] == ["another", "uncaught: thrown"]


def test_people_share_nothing_and_tabs_share_storage(
    new_page: Callable[..., Page], complaints: Complaints, running_server: RunningServer
) -> None:
    complaints.expect("favicon.ico")  # the page is no page of ours
    ours, theirs = new_page(), new_page()
    tab = new_page(within=ours)
    for page in (ours, theirs, tab):
        page.goto(running_server.url + "/healthz")
    ours.evaluate("localStorage.setItem('mine', 'yes')")
    assert tab.evaluate("localStorage.getItem('mine')") == "yes"
    assert theirs.evaluate("localStorage.getItem('mine')") is None
