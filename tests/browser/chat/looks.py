"""Pictures of what people see, in light, in dark and on a phone, kept for a reader."""

from __future__ import annotations

from pathlib import Path

from browser.chat.people import Somebody

PHONE_PX = 375

_LOOKS = {"light": ("light", None), "dark": ("dark", None), "phone": ("light", (PHONE_PX, 720))}
_ALL_LOADED = "[...document.images].filter((image) => image.src).every((image) => image.complete)"


def take_pictures(folder: Path, row: str, **people: Somebody) -> None:
    """``<row>-<who>-<look>.png`` of each person's window; then it is as it was."""
    for who, person in people.items():
        page = person.page
        size = page.viewport_size
        for look, (scheme, other_size) in _LOOKS.items():
            page.emulate_media(color_scheme=scheme)
            if other_size:
                page.set_viewport_size({"width": other_size[0], "height": other_size[1]})
            person.until(_ALL_LOADED)
            page.screenshot(path=folder / f"{row}-{who}-{look}.png", animations="disabled")
            assert not overflows(person), f"{row}, {who}, {look}: wider than the window"
        page.emulate_media(color_scheme="light")
        if size:
            page.set_viewport_size(size)


def overflows(person: Somebody) -> bool:
    """Whether one can scroll sideways, or something of a bubble is outside of the window."""
    found: bool = person.page.evaluate(
        """() => {
          const list = document.querySelector(".messages");
          const wide = (element) => element && element.scrollWidth > element.clientWidth + 1;
          const outside = [...document.querySelectorAll(".bubble, .composer, .drafts-list > *")]
            .filter((element) => !element.closest(".drafts-list"))
            .some((element) => element.getBoundingClientRect().right > innerWidth + 1);
          return wide(document.documentElement) || wide(list) || outside;
        }"""
    )
    return found
