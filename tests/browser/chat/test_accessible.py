"""No barriers on any page and in any state, and a whole conversation without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.chat.axe import barriers, no_barriers
from browser.chat.people import Somebody
from browser.chat.things import Things
from browser.chat.town import Town
from browser.watching import Complaints
from media.sounds import sound, speech


def test_axe_finds_what_is_wrong(enter: Callable[..., Somebody]) -> None:
    carol = enter("Carol")
    carol.open()
    carol.page.evaluate("document.body.append(document.createElement('button'))")
    assert [found for found in barriers(carol) if found.startswith("button-name (critical)")]


def test_nothing_is_in_anybodys_way_at_the_door_and_among_people(
    enter: Callable[..., Somebody], complaints: Complaints
) -> None:
    complaints.expect("status of 401")
    carol = enter("Carol")
    carol.page.goto(carol.url)
    expect(carol.page.get_by_role("button", name="Sign in")).to_be_visible()
    no_barriers(carol)
    carol.page.get_by_label("Name").fill("nobody")
    carol.page.get_by_label("Password").fill("knows")
    with carol.page.expect_response("**/auth/token"):
        carol.button("Sign in").click()
    expect(carol.page.get_by_role("alert")).not_to_be_empty()
    no_barriers(carol)
    carol.open()
    expect(carol.page.get_by_role("searchbox", name="Search people")).to_be_visible()
    no_barriers(carol)


def test_nothing_is_in_anybodys_way_in_a_conversation(
    town: Town, alice: Somebody, bob: Somebody, things: Things, tmp_path: Path
) -> None:
    talk = things.save("talk.mp3", sound("mp3", speech(3.0)))
    bob.send(text="Hello")
    alice.send(talk, things.report, things.photo, text="All kinds")
    for person in (alice, bob):
        person.sees_stages("done", "done", "done")
    town.start_poisoned(folder=tmp_path)
    alice.send(things.short_film, things.executable)
    expect(bob.page.locator('[data-stage="failed"]')).to_have_count(2)
    town.hold("worker")
    alice.send(things.other_photo)
    expect(bob.page.locator('[data-stage="processing"]')).to_have_count(1)
    town.door.hold(once_stored=0)
    alice.send(things.film, text="Later")
    expect(bob.page.locator('[data-stage="uploading"]')).to_have_count(1)
    for person in (alice, bob):
        no_barriers(person)

    alice.attach(things.photo, things.short_film, things.report)
    no_barriers(alice)
    bob.button("Record a voice message").click()
    expect(bob.page.get_by_role("timer")).to_be_visible()
    no_barriers(bob)
    bob.button("Cancel the recording").click()
    bob.button("Open harbour.jpg").click()
    expect(bob.page.get_by_role("dialog")).to_be_visible()
    no_barriers(bob)


@pytest.mark.parametrize("username", ["alice"])
def test_a_whole_conversation_by_keyboard(enter: Callable[..., Somebody], things: Things, username: str) -> None:
    talk = things.save("talk.mp3", sound("mp3", speech(3.0)))
    dora = enter("Dora")
    page, keys = dora.page, dora.page.keyboard
    page.goto(dora.url)
    tab_to(page, "Name")
    keys.type(username)
    keys.press("Tab")
    keys.type(username)
    keys.press("Enter")
    expect(page.get_by_role("searchbox")).to_be_visible()
    tab_to(page, "Search people")
    keys.type(str(dora.api.username))
    expect(page.locator(".person")).to_have_count(1)
    tab_to(page, str(dora.api.username))
    keys.press("Enter")
    expect(dora.message_box).to_be_focused()

    tab_to(page, "Attach files", back=True)
    with page.expect_file_chooser() as chooser:
        keys.press("Enter")
    chooser.value.set_files([things.photo, talk])
    expect(page.locator(".draft")).to_have_count(2)
    tab_to(page, "Message")
    keys.type("By hand")
    keys.press("Enter")
    dora.sees_stages("done", "done")

    tab_to(page, "Open harbour.jpg", back=True)
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    tab_to(page, "Play talk.mp3")
    keys.press("Space")
    dora.sees_or_hears_playing(until_s=0.2)


def tab_to(page: Page, name: str, *, back: bool = False) -> None:
    """Press Tab, or Shift and Tab, until what has the focus is called so."""
    seen = []
    for _ in range(60):
        seen.append(
            page.evaluate(
                """() => {
                  const focused = document.activeElement;
                  if (focused === document.body) return "";
                  return focused.ariaLabel || focused.labels?.[0]?.innerText || focused.innerText || "";
                }"""
            )
        )
        if name in seen[-1]:
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"Tab does not lead to {name}: {seen}")
