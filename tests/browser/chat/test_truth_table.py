"""Each row of the truth table of an asset's life, held still and photographed from both sides."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.chat.looks import take_pictures
from browser.chat.people import Somebody, both_see_the_same
from browser.chat.things import Things
from browser.chat.town import Town
from stack.waiting import eventually


def test_from_chosen_to_seen(town: Town, alice: Somebody, bob: Somebody, things: Things, artifacts: Path) -> None:
    files = (things.photo, things.film, things.report)

    town.hold("worker", "films")
    town.door.hold(once_stored=0)
    alice.attach(*files)
    alice.message_box.fill("From the weekend")
    take_pictures(artifacts, "0-chosen", sender=alice, receiver=bob)

    alice.button("Send").click()
    for person in (alice, bob):
        person.sees_stages("uploading", "uploading", "uploading")
    expect(alice.bubbles.get_by_role("progressbar", name="Uploading")).to_have_count(3)
    expect(bob.cells.get_by_text("Incoming…")).to_have_count(3)
    take_pictures(artifacts, "1-pending", sender=alice, receiver=bob)

    town.door.release()
    for person in (alice, bob):
        person.sees_stages("processing", "processing", "processing")
        expect(person.cells.get_by_text("Processing…", exact=True)).to_have_count(3)
    take_pictures(artifacts, "2-uploaded", sender=alice, receiver=bob)

    town.start("worker")
    bob.sees_stages("done", "processing", "done")  # nobody else is at work when the films' worker is held
    town.start("films")
    percents = [person.cell("video").get_by_text("%") for person in (alice, bob)]
    eventually(lambda: percents[1].count() == 1)
    town.hold("films")
    for person in (alice, bob):
        person.sees_stages("done", "thumbnail_ready", "done")
        expect(person.cell("video").get_by_text("Processing… ")).to_be_visible()
    eventually(lambda: len({percent.inner_text() for percent in percents}) == 1)  # the last word may be on its way
    take_pictures(artifacts, "3-processing", sender=alice, receiver=bob)

    bob.look_away()
    town.start("films")
    alice.sees_stages("done", "done", "done")
    expect(alice.bubbles).to_have_attribute("data-status", "sent")
    expect(bob.page.locator(".person-unread")).to_contain_text("1")
    take_pictures(artifacts, "4-ready-and-sent", sender=alice, receiver=bob)

    bob.look_at(alice)
    expect(alice.bubbles).to_have_attribute("data-seen", "true")
    for person in (alice, bob):
        person.sees_pictures(2)
    take_pictures(artifacts, "5-seen", sender=alice, receiver=bob)


def test_what_failed_says_why_and_can_be_tried_again(
    town: Town, alice: Somebody, bob: Somebody, things: Things, artifacts: Path, tmp_path: Path
) -> None:
    town.start_poisoned(folder=tmp_path)
    alice.send(things.other_photo, things.short_film, text="Look at the second one")
    for person in (alice, bob):
        person.sees_stages("done", "failed")
        person.sees_pictures(1)
    asset = failed_asset(alice, bob)
    assert (asset["state"], asset["error"]["retryable"]) == ("failed", True)
    for person in (alice, bob):
        expect(person.cell("video")).to_contain_text(asset["error"]["reason"])
        expect(person.bubbles).to_have_attribute("data-status", "pending")
    expect(alice.button("Retry gulls.mp4")).to_be_visible()
    expect(bob.button("Retry")).to_have_count(0)
    take_pictures(artifacts, "6-failed", sender=alice, receiver=bob)

    town.stop("poisoned")
    alice.button("Retry gulls.mp4").click()
    bob.sees_stages("done", "processing")
    expect(bob.cell("video")).not_to_contain_text(asset["error"]["reason"])
    town.start("films")
    for person in (alice, bob):
        person.sees_stages("done", "done")
    expect(alice.bubbles).to_have_attribute("data-seen", "true")
    both_see_the_same(alice, bob)


def test_what_was_rejected_says_why_and_can_only_be_removed(
    alice: Somebody, bob: Somebody, things: Things, artifacts: Path
) -> None:
    alice.send(things.other_photo, things.executable, text="The second one is a lie")
    for person in (alice, bob):
        person.sees_stages("done", "failed")
        person.sees_pictures(1)
    asset = failed_asset(alice, bob)
    assert (asset["state"], asset["error"]["retryable"]) == ("rejected", False)
    for person in (alice, bob):
        expect(person.cells.nth(1)).to_contain_text(asset["error"]["reason"])
        expect(person.button("Retry")).to_have_count(0)
    take_pictures(artifacts, "7-rejected", sender=alice, receiver=bob)

    alice.button("Remove holiday.jpg").click()
    for person in (alice, bob):
        person.sees_stages("done")
    expect(alice.bubbles).to_have_attribute("data-seen", "true")
    both_see_the_same(alice, bob)


@pytest.mark.parametrize("text", ["", "It was too large"], ids=["without text", "with text"])
def test_what_was_given_up_goes_on_both_sides(
    town: Town, alice: Somebody, bob: Somebody, things: Things, artifacts: Path, text: str
) -> None:
    town.door.hold(once_stored=0)
    alice.send(things.film, text=text)
    bob.sees_stages("uploading")
    alice.button("Cancel upload of this message").click()
    for person in (alice, bob):
        expect(person.cells).to_have_count(0)
        expect(person.bubbles).to_have_count(1 if text else 0)
    if text:
        expect(alice.bubbles).to_have_attribute("data-status", "sent")
    take_pictures(artifacts, f"8-aborted-{'with' if text else 'no'}-text", sender=alice, receiver=bob)
    assert alice.api.get("/uploads/").json()["items"] == []


def test_what_expired_can_be_uploaded_again(
    town: Town, alice: Somebody, bob: Somebody, things: Things, artifacts: Path
) -> None:
    town.door.hold(once_stored=0)
    alice.send(things.photo, text="Slowly")
    bob.sees_stages("uploading")
    alice.page.reload()
    alice.sees_stages("uploading")
    (waiting,) = alice.api.get("/uploads/").json()["items"]
    assert town.operator().do("expire", waiting["asset_id"]) == ["1 asset was expired."]
    alice.sees_stages("failed")
    bob.sees_stages()
    bob.sees_text("Slowly")
    take_pictures(artifacts, "9-expired", sender=alice, receiver=bob)

    town.door.cut()
    town.door.mend()
    with alice.page.expect_file_chooser() as chooser:
        alice.button("Upload again").click()
    chooser.value.set_files(things.photo)
    for person in (alice, bob):
        person.sees_stages("done")
    take_pictures(artifacts, "9-expired-and-again", sender=alice, receiver=bob)


def failed_asset(alice: Somebody, bob: Somebody) -> dict:
    """The second file of the only message, as its receiver is told of it."""
    (message,) = bob.api.get(f"/chats/{alice.api.user_id}/messages/").json()["items"]
    asset: dict = message["attachments"][1]
    return asset
