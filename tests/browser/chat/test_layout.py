"""Nothing jumps when pictures arrive, and nothing that people write breaks the page or runs in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.chat.looks import PHONE_PX, overflows, take_pictures
from browser.chat.people import Somebody
from browser.chat.things import Things, landscape
from browser.chat.town import Town

JUMP = 0.01  # of what is said to be good for a whole page, a tenth


@pytest.mark.parametrize("count", [1, 3])
def test_nothing_moves_when_pictures_arrive(
    town: Town, alice: Somebody, bob: Somebody, things: Things, count: int
) -> None:
    bob.send(text="Show me")
    alice.sees_text("Show me")
    town.hold("worker")
    alice.send(*(things.photo, things.other_photo, things.short_film)[:count])
    for person in (alice, bob):
        person.sees_stages(*["processing"] * count)
    expect(alice.bubbles.locator(".md-progress")).to_have_attribute("data-state", "processing")
    moments = alice.now(), bob.now()
    watched = {"bubbles": "[data-message-id]", "cells": ".md-cell"}
    before = {name: bob.boxes(selector) for name, selector in watched.items()}
    cells = relative_cells(alice)

    town.start("worker")
    for person in (alice, bob):
        person.sees_stages(*["done"] * count)
        person.sees_pictures(count)
    assert {name: bob.boxes(selector) for name, selector in watched.items()} == before
    assert relative_cells(alice) == cells
    for person, moment in zip((alice, bob), moments, strict=True):
        shifts = person.shifts_since(moment)
        total = sum(shift["value"] for shift in shifts)
        print(f"measured: {count} pictures arrive, {person.api.username} sees a layout shift of {total:.4f}")
        assert total < JUMP, shifts


def relative_cells(person: Somebody) -> list[tuple[float, ...]]:
    """Where the cells are in their bubble: the last of a page's bubbles stands on its lower edge."""
    top = person.boxes("[data-message-id]")[-1][1]
    return [(x, round(y - top, 1), width, height) for x, y, width, height in person.boxes(".md-cell")]


def test_what_people_write_is_shown_as_they_wrote_it(
    alice: Somebody, bob: Somebody, things: Things, artifacts: Path
) -> None:
    evil = "<img src=x onerror=\"document.title='pwned'\">"
    names = [
        "<img src=x onerror=document.title='pwned'>.txt",
        "\u202eslx.gnp-txt.txt",
        "צילום מהחוף.txt",
        "n" * 196 + ".txt",
    ]
    files = [things.save(name, b"Just some text.\n") for name in names]
    photo = things.save("p" * 196 + ".jpg", landscape(600, 400, seed=9))
    texts = (evil, "javascript:alert(1) <script>document.title='pwned'</script>", "W" * 400, "שלום, מה שלומך?\nshalom")
    for text in texts:
        alice.send(text=text)
        bob.sees_text(*texts[: texts.index(text) + 1])
    alice.send(*files, photo, text="Names")
    for person in (alice, bob):
        person.sees_stages(*["done"] * 5)
        person.sees_text(*texts, "Names")
        for name in (names[0], names[2], names[3]):
            expect(person.bubbles.locator(".md-name").filter(has_text=name)).to_be_visible()
        assert person.bubbles.locator("img[onerror], script").count() == 0
        assert "pwned" not in person.page.title()
    take_pictures(artifacts, "odd-names", sender=alice, receiver=bob)
    bob.page.set_viewport_size({"width": PHONE_PX, "height": 720})
    for scroll in (0, 400, 100_000):
        bob.page.locator(".messages").evaluate("(list, top) => list.scrollTo({ top })", scroll)
        assert not overflows(bob)
    bob.page.screenshot(path=artifacts / "odd-names-phone-bottom.png")


def test_what_is_small_is_whole(alice: Somebody, bob: Somebody, things: Things, artifacts: Path) -> None:
    photos = [things.save(f"small-{number}.jpg", landscape(60, 40, seed=number)) for number in range(6)]
    alice.send(text="Seven of them")
    alice.sees_text("Seven of them")
    alice.attach(*photos, things.executable)
    sign, cross = alice.boxes(".draft-icon .icon")[-1], alice.boxes(".draft-remove")[-1]
    assert sign[0] + sign[2] <= cross[0] or sign[1] >= cross[1] + cross[3], "the cross lies over the sign of a photo"
    alice.send()
    for person in (alice, bob):
        person.sees_stages(*["done"] * 6, "failed")
    for width in (alice.page.viewport_size or {})["width"], PHONE_PX:
        alice.page.set_viewport_size({"width": width, "height": 720})
        reason = alice.bubbles.locator(".md-reason")
        lines = reason.evaluate("(box) => box.clientHeight / parseFloat(getComputedStyle(box).lineHeight)")
        assert abs(lines - round(lines)) < 0.1, f"{lines} lines at {width} px"
        tile, words, button = (
            alice.boxes(f".md-cell[data-stage=failed]{part}")[0] for part in ("", " .md-reason", " .md-button")
        )
        assert words[1] >= tile[1] - 1, f"cut off above at {width} px"
        assert button[1] + button[3] <= tile[1] + tile[3] + 1, f"cut off below at {width} px"
    alice.page.screenshot(path=artifacts / "small-phone.png")
