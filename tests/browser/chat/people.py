"""A person before the chat: what they do, and what they see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from stack.client import Api
from stack.waiting import eventually

_KEEP_TOKEN = "sessionStorage.setItem('mediadock.token', {token!r})"
_WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    window.shifts.push({ value: entry.value, at: entry.startTime, byInput: entry.hadRecentInput,
      of: entry.sources.map(({ node }) => node?.className ?? node?.nodeName) });
}).observe({ type: "layout-shift", buffered: true });
"""
_WATCH_PLAYING = """
window.played = { until: 0, width: 0 };
addEventListener("timeupdate", ({ target: { currentTime, videoWidth = 0 } }) => {
  window.played = { until: Math.max(window.played.until, currentTime), width: videoWidth };
}, true);
"""


@dataclass
class Somebody:
    """One person with one page."""

    page: Page
    api: Api
    url: str

    def __post_init__(self) -> None:
        self.page.add_init_script(_WATCH_SHIFTS)
        self.page.add_init_script(_WATCH_PLAYING)

    # What they do

    def open(self, other: Somebody | None = None) -> None:
        """Sign in by a token, and look at the conversation with somebody, or at the list of people."""
        self.page.add_init_script(_KEEP_TOKEN.format(token=self.api.token))
        self.page.goto(self.url + (f"/#/chats/{other.api.user_id}" if other else "/"))
        if other:
            expect(self.message_box).to_be_visible()
        expect(self.page.locator(".connection")).to_have_attribute("data-stream", "open")

    def look_at(self, other: Somebody) -> None:
        """Go to the conversation with somebody, who is in the list."""
        self.page.locator(f'a[href="#/chats/{other.api.user_id}"]').click()
        expect(self.message_box).to_be_visible()

    def look_away(self) -> None:
        """Leave the conversation for the list of people."""
        self.page.evaluate("location.hash = '#/chats'")
        expect(self.message_box).to_have_count(0)

    def attach(self, *files: Path) -> None:
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("button", name="Attach files").click()
        chooser.value.set_files(files)
        expect(self.page.locator(".draft")).to_have_count(len(files))

    def send(self, *files: Path, text: str = "") -> None:
        """One message."""
        if files:
            self.attach(*files)
        if text:
            self.message_box.fill(text)
        self.page.get_by_role("button", name="Send", exact=True).click()

    # What they see

    @property
    def message_box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    @property
    def bubbles(self) -> Locator:
        return self.page.locator("[data-message-id]")

    @property
    def cells(self) -> Locator:
        """Every file of the conversation."""
        return self.bubbles.locator("[data-asset-id]")

    def cell(self, kind: str) -> Locator:
        """The file of this kind."""
        return self.bubbles.locator(f'[data-asset-id][data-kind="{kind}"]')

    def button(self, name: str) -> Locator:
        """Of all names that hold this one."""
        return self.page.get_by_role("button", name=name)

    def sees_stages(self, *stages: str) -> None:
        """The cells in their order are at these stages, now or soon."""
        expect(self.cells).to_have_count(len(stages))
        for index, stage in enumerate(stages):
            expect(self.cells.nth(index)).to_have_attribute("data-stage", stage)

    def sees_pictures(self, count: int) -> None:
        """So many pictures are painted, each alone in its cell."""
        expect(self.bubbles.locator("img.md-image[data-shown]")).to_have_count(count)
        expect(self.bubbles.locator('[data-stage="done"] .md-preview')).to_have_count(0)

    def sees_text(self, *texts: str) -> None:
        """These texts, in this order, and no others."""
        expect(self.bubbles.locator(".bubble-text")).to_have_text(list(texts))

    def until(self, expression: str) -> None:
        """Return as soon as an expression is true on the page, whose policy forbids it to ask that itself."""
        eventually(lambda: bool(self.page.evaluate(expression)))

    def sees_or_hears_playing(self, *, until_s: float) -> None:
        """A film or a sound has come so far, now or soon; also one that is back at its beginning by now."""
        self.until(f"window.played.until >= {until_s}")

    def told(self) -> list[dict[str, Any]]:
        """The conversation as it is shown, without what only one side has."""
        told: list[dict[str, Any]] = self.page.evaluate(
            """() => [...document.querySelectorAll("[data-message-id]")].map((bubble) => ({
              id: bubble.dataset.messageId, status: bubble.dataset.status,
              text: bubble.querySelector(".bubble-text")?.textContent ?? "",
              files: [...bubble.querySelectorAll("[data-asset-id]")].map(({ dataset }) =>
                [dataset.assetId, dataset.kind, dataset.stage].join(" ")),
            }))"""
        )
        return told

    def now(self) -> float:
        """The page's clock, once everything that has changed is painted."""
        painted = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
        return float(self.page.evaluate(f"{painted}.then(() => performance.now())"))

    def shifts_since(self, moment: float) -> list[dict[str, Any]]:
        """What has moved by itself since a moment of the page's clock; ``value`` as browsers count it."""
        self.now()
        shifts: list[dict[str, Any]] = self.page.evaluate("window.shifts")
        return [shift for shift in shifts if shift["at"] > moment and not shift["byInput"]]

    def boxes(self, selector: str) -> Sequence[tuple[float, ...]]:
        """Where each such element is in its list, rounded to a tenth of a pixel: scrolling changes nothing."""
        boxes: list[list[float]] = self.page.evaluate(
            """(selector) => {
              const from = document.querySelector(".messages-list").getBoundingClientRect();
              return [...document.querySelectorAll(selector)].map((element) => {
                const { x, y, width, height } = element.getBoundingClientRect();
                return [x - from.x, y - from.y, width, height].map((pixels) => Math.round(10 * pixels) / 10);
              });
            }""",
            selector,
        )
        return [tuple(box) for box in boxes]


def both_see_the_same(one: Somebody, other: Somebody) -> None:
    """Both conversations show the same messages, each once, with the same files at the same stages."""
    told = one.told()
    assert told == other.told()
    ids = [message["id"] for message in told]
    assert len(set(ids)) == len(ids)
