"""Reloads and lost lines in the middle: both sides end with the same, nothing missing and nothing twice."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from browser.chat.looks import take_pictures
from browser.chat.people import Somebody, both_see_the_same
from browser.chat.things import Things
from browser.chat.town import Town
from browser.watching import Complaints

NETWORK_ERRORS = r"Failed to load resource: net::|WebSocket connection|blocked by CORS policy"
"""What Chromium itself writes on the console when a request fails. Here some are meant to."""


def test_unfinished_uploads_go_on_after_a_reload(
    town: Town, alice: Somebody, bob: Somebody, things: Things, artifacts: Path, complaints: Complaints
) -> None:
    complaints.expect(NETWORK_ERRORS)
    files = (things.film, things.photo, things.report)
    town.door.hold(once_stored=0)
    alice.send(*files, text="Look")
    bob.sees_stages("uploading", "uploading", "uploading")
    town.door.wait_held()
    alice.page.reload()
    town.door.cut()
    town.door.mend()
    go_on = alice.button("Continue 3 unfinished uploads")
    expect(go_on).to_be_visible()
    expect(alice.cells.get_by_text("Not finished")).to_have_count(3)
    take_pictures(artifacts, "unfinished", sender=alice, receiver=bob)

    with alice.page.expect_file_chooser() as chooser:
        go_on.click()
    chooser.value.set_files(files)
    for person in (alice, bob):
        person.sees_stages("done", "done", "done")
        person.sees_text("Look")
    expect(go_on).to_have_count(0)
    both_see_the_same(alice, bob)
    assert town.door.sent_in_vain() == []


def test_who_was_offline_misses_nothing_and_gets_nothing_twice(
    town: Town, alice: Somebody, bob: Somebody, things: Things, artifacts: Path, complaints: Complaints
) -> None:
    complaints.expect(NETWORK_ERRORS)
    alice.send(text="Before")
    bob.sees_text("Before")
    bob.page.context.set_offline(True)
    town.wire.cut()
    town.wire.mend()
    expect(bob.page.get_by_role("status").filter(has_text="offline")).to_be_visible()
    take_pictures(artifacts, "offline", receiver=bob)
    alice.send(text="During")
    alice.send(things.photo, text="And this")
    alice.sees_stages("done")
    waiting = ("From the tunnel", "It is dark", "Still")
    for text in waiting:
        bob.send(text=text)
    expect(bob.page.locator('[data-status="pending"]')).to_have_count(len(waiting))
    assert bob.bubbles.count() == 1 + len(waiting)

    bob.page.context.set_offline(False)
    for person in (alice, bob):
        person.sees_text("Before", "During", "And this", *waiting)
        person.sees_stages("done")
    expect(bob.page.get_by_role("status").filter(has_text="offline")).to_have_count(0)
    expect(bob.page.locator('[data-status="pending"]')).to_have_count(0)
    alice.send(text="After")
    bob.sees_text("Before", "During", "And this", *waiting, "After")
    both_see_the_same(alice, bob)


def test_a_socket_that_is_killed_comes_back(town: Town, alice: Somebody, bob: Somebody, complaints: Complaints) -> None:
    complaints.expect(NETWORK_ERRORS)
    town.wire.cut()
    for text in ("One", "Two"):
        alice.send(text=text)
    town.wire.mend()
    alice.send(text="Three")
    for person in (alice, bob):
        person.sees_text("One", "Two", "Three")
        expect(person.page.locator(".connection")).to_have_attribute("data-stream", "open")
    both_see_the_same(alice, bob)
