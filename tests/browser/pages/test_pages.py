"""Albums fill in, posts come out, avatars are seen by others; and nothing is in anybody's way."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from browser.chat.axe import no_barriers
from browser.chat.looks import take_pictures
from browser.chat.people import Somebody
from browser.chat.things import Things
from browser.watching import Complaints
from stack.waiting import eventually


def go(person: Somebody, name: str) -> None:
    """To another page, by the links that every page has."""
    link = person.page.get_by_role("navigation", name="Pages").get_by_role("link", name=name)
    link.click()
    expect(link).to_have_attribute("aria-current", "page")
    expect(person.page.get_by_role("heading", name=name, level=1)).to_be_visible()


def choose(person: Somebody, button: str, *files: Path) -> None:
    with person.page.expect_file_chooser() as chooser:
        person.page.get_by_role("button", name=button, exact=True).click()
    chooser.value.set_files(files)


def new_album(person: Somebody, title: str) -> Locator:
    """Makes it, and gives the cells of its page."""
    go(person, "Albums")
    person.page.get_by_role("textbox", name="Title of a new album").fill(title)
    person.page.get_by_role("button", name="New album").click()
    expect(person.page.get_by_role("heading", name=title)).to_be_visible()
    return person.page.locator(".md-cell")


def are_ready(cells: Locator, count: int) -> None:
    expect(cells).to_have_count(count)
    for index in range(count):
        expect(cells.nth(index)).to_have_attribute("data-stage", "done")
    expect(cells.locator("img.md-image[data-shown]")).to_have_count(count)


def test_an_album_fills_in_by_itself(alice: Somebody, things: Things, artifacts: Path) -> None:
    cells = new_album(alice, "Summer by the sea")
    no_barriers(alice)
    choose(alice, "Add pictures", things.photo, things.other_photo)
    are_ready(cells, 2)
    expect(alice.page.get_by_text("2 ready", exact=True)).to_be_visible()
    take_pictures(artifacts, "album", owner=alice)

    alice.page.reload()
    are_ready(cells, 2)
    no_barriers(alice)
    alice.button("Open harbour.jpg").click()
    alice.button("Remove harbour.jpg").click()
    are_ready(cells, 1)
    expect(alice.button("Open valley.jpg")).to_be_visible()


def test_an_album_says_why_a_file_is_none_of_its_pictures(
    alice: Somebody, things: Things, complaints: Complaints
) -> None:
    complaints.expect(r"404 .*/assets/\d+/")  # the page may just be looking at what is removed
    cells = new_album(alice, "Lies")
    choose(alice, "Add pictures", things.executable, things.photo)
    expect(cells.locator(".md-reason")).to_have_text("This file is a program. Programs are not accepted.")
    expect(cells.nth(1)).to_have_attribute("data-stage", "failed")
    expect(alice.button("Open harbour.jpg")).to_be_visible()
    expect(alice.page.get_by_text("1 ready · 1 failed", exact=True)).to_be_visible()
    alice.button("Remove holiday.jpg").click()
    are_ready(cells, 1)


def test_another_window_sees_an_album_fill_in(alice: Somebody, things: Things) -> None:
    cells = new_album(alice, "Both windows")
    other = alice.page.context.new_page()
    second = Somebody(other, alice.api, alice.url)
    second.open()
    other.goto(alice.page.url)
    expect(other.get_by_text("Nothing is in here yet.")).to_be_visible()
    choose(alice, "Add pictures", things.photo, things.short_film)
    are_ready(cells, 2)
    are_ready(other.locator(".md-cell"), 2)


def test_a_post_is_seen_by_others_once_it_is_published(
    alice: Somebody, bob: Somebody, things: Things, artifacts: Path
) -> None:
    go(alice, "Feed")
    words = f"From the train, {alice.api.username}"
    alice.page.get_by_role("textbox", name="Words of the post").fill(words)
    choose(alice, "Attach files", things.photo, things.short_film)
    expect(alice.page.locator(".draft")).to_have_count(2)
    alice.page.get_by_role("button", name="Post", exact=True).click()
    mine = alice.page.locator(".post").filter(has_text=words)
    expect(mine).to_have_attribute("data-status", "published")
    are_ready(mine.locator(".md-cell"), 2)
    take_pictures(artifacts, "post", author=alice)
    no_barriers(alice)

    go(bob, "Feed")
    theirs = bob.page.locator(".post").filter(has_text=words)
    expect(theirs).to_have_attribute("data-status", "published")
    are_ready(theirs.locator(".md-cell"), 2)
    expect(theirs.get_by_text(str(alice.api.username), exact=True)).to_be_visible()
    expect(theirs.get_by_role("button", name="Delete this post")).to_have_count(0)
    no_barriers(bob)
    theirs.get_by_role("button", name="Open harbour.jpg").click()
    shown = bob.page.get_by_role("dialog").get_by_role("img", name="harbour.jpg")
    assert "/m/" in str(shown.get_attribute("src")), "at the address that does not change"
    expect(shown).not_to_have_js_property("naturalWidth", 0)
    bob.page.keyboard.press("Escape")

    mine.get_by_role("button", name="Delete this post").click()
    expect(mine).to_have_count(0)
    bob.button("Look for new posts").click()
    expect(theirs).to_have_count(0)


def test_an_avatar_is_seen_in_the_list_of_others(
    alice: Somebody, bob: Somebody, things: Things, artifacts: Path
) -> None:
    go(alice, "Profile")
    no_barriers(alice)
    choose(alice, "Choose a picture", things.photo)
    square = alice.page.get_by_role("img", name="You, as a square")
    expect(square).to_be_visible()
    first = square.get_attribute("src")
    take_pictures(artifacts, "profile", owner=alice)
    no_barriers(alice)

    row = bob.page.locator(f'a[href="#/chats/{alice.api.user_id}"]')
    bob.page.get_by_role("searchbox", name="Search people").fill(str(alice.api.username))
    expect(row.locator("img.avatar")).not_to_have_js_property("naturalWidth", 0)
    row.click()
    expect(bob.page.locator(".conversation-header img.avatar")).to_be_visible()

    choose(alice, "Replace", things.other_photo)
    eventually(lambda: square.get_attribute("src") != first)
    alice.page.get_by_role("button", name="Remove", exact=True).click()
    expect(square).to_have_count(0)
    bob.page.reload()
    expect(bob.page.get_by_role("heading", name=str(alice.api.username))).to_be_visible()
    expect(bob.page.locator("img.avatar")).to_have_count(0)
