"""Two people write to each other: files that come one by one, ticks, films, documents, texts."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from browser.chat.looks import take_pictures
from browser.chat.people import Somebody, both_see_the_same
from browser.chat.things import Things
from browser.chat.town import Town


def test_three_files_come_one_by_one_and_are_seen(
    town: Town, alice: Somebody, bob: Somebody, things: Things, artifacts: Path
) -> None:
    town.hold("films")
    town.door.hold(once_stored=0)
    alice.send(things.photo, things.film, things.report, text="From the weekend")
    for person in (alice, bob):
        person.sees_stages("uploading", "uploading", "uploading")
        expect(person.bubbles).to_have_attribute("data-status", "pending")
    expect(bob.bubbles.get_by_text("Incoming…")).to_have_count(3)
    expect(alice.bubbles.locator('img[src^="blob:"]')).to_have_count(1)

    town.door.release()
    for person in (alice, bob):
        person.sees_stages("done", "processing", "done")
        expect(person.bubbles).to_have_attribute("data-status", "pending")
        expect(person.cell("video").get_by_text("Processing…", exact=True)).to_be_visible()
        expect(person.page.get_by_role("link", name="Download timetable.pdf")).to_contain_text("2 pages")
    expect(alice.bubbles.get_by_role("img", name="On its way")).to_have_count(1)

    bob.look_away()
    town.start("films")
    alice.sees_stages("done", "done", "done")
    expect(alice.bubbles).to_have_attribute("data-status", "sent")
    expect(alice.bubbles.get_by_role("img", name="Sent", exact=True)).to_be_visible()
    expect(bob.page.locator(".person-unread")).to_contain_text("1")
    assert alice.bubbles.get_attribute("data-seen") == "false", "nobody has looked at it"

    bob.look_at(alice)
    bob.sees_stages("done", "done", "done")
    expect(alice.bubbles).to_have_attribute("data-seen", "true")
    expect(alice.bubbles.get_by_role("img", name="Seen", exact=True)).to_be_visible()
    for person in (alice, bob):
        person.sees_pictures(2)
    both_see_the_same(alice, bob)
    take_pictures(artifacts, "three-files-ready", sender=alice, receiver=bob)


def test_a_film_plays_where_it_is(alice: Somebody, bob: Somebody, things: Things) -> None:
    alice.send(things.short_film)
    bob.sees_stages("done")
    bob.sees_pictures(1)
    bob.button("Play gulls.mp4").click()
    bob.sees_or_hears_playing(until_s=0.2)
    assert bob.page.evaluate("window.played.width") == 320
    expect(bob.button("Play gulls.mp4")).to_be_visible()  # the poster is back when it has ended


def test_pictures_are_looked_at_large_by_keyboard(
    alice: Somebody, bob: Somebody, things: Things, artifacts: Path
) -> None:
    alice.send(things.photo, things.short_film, things.other_photo)
    bob.sees_stages("done", "done", "done")
    bob.sees_pictures(3)
    bob.button("Open harbour.jpg").focus()
    bob.page.keyboard.press("Enter")
    dialog = bob.page.get_by_role("dialog")
    for name, place in (("harbour.jpg", "1 of 3"), ("gulls.mp4", "2 of 3"), ("valley.jpg", "3 of 3")):
        expect(dialog).to_have_accessible_name(name)
        expect(dialog.get_by_role("status")).to_have_text(place)
        take_pictures(artifacts, f"lightbox-{place[0]}", receiver=bob)
        bob.page.keyboard.press("ArrowRight")
    expect(dialog).to_have_accessible_name("valley.jpg")  # the last stays
    bob.page.keyboard.press("ArrowLeft")
    bob.page.keyboard.press("ArrowLeft")
    expect(dialog).to_have_accessible_name("harbour.jpg")
    expect(dialog.locator("img")).to_have_js_property("naturalWidth", 1600)
    bob.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(bob.button("Open harbour.jpg")).to_be_focused()


def test_texts_stand_in_their_order_on_both_sides(alice: Somebody, bob: Somebody) -> None:
    said: list[str] = []
    for number in range(6):
        speaker, listener = (alice, bob) if number % 3 else (bob, alice)
        said.append(f"{number}: {'no' if number % 2 else 'yes'}")
        speaker.send(text=said[-1])
        listener.sees_text(*said)
    for number in range(6, 18):  # without waiting
        said.append(f"{number}: and another thing")
        alice.send(text=said[-1])
    for person in (alice, bob):
        person.sees_text(*said)
    expect(alice.page.locator('[data-status="pending"]')).to_have_count(0)
    both_see_the_same(alice, bob)
