"""A page that sends files with the SDK, as a test drives it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Request

from browser.faults.door import StoreDoor
from browser.faults.files import PART_BYTES
from stack.client import Api
from stack.waiting import eventually

AT_A_TIME = 3
"""Connections of a page whose upload is to be held: some of its parts are in the store before all are begun."""

_START = """
({ client, options }) => {
  window.client ??= mediadock.createClient(client);
  window.stop = new AbortController();
  window.told = [];
  window.ends = {};
  const files = [...document.querySelector("#files").files];
  const onProgress = (progress) => {
    const { fraction, sentBytes, paused, offline } = progress;
    window.told.push({ fraction, sentBytes, paused, offline, stages: progress.files.map((file) => file.stage) });
  };
  const upload = window.client.upload(files, { ...options, onProgress, signal: window.stop.signal });
  window.upload = upload;
  const plain = (error) => ({
    error: error.code, sentence: error.message,
    failures: error.failures?.map(({ index, error: { code } }) => [index, code]),
  });
  for (const end of ["sent", "done"])
    upload[end].then((value) => (window.ends[end] = value), (error) => (window.ends[end] = plain(error)));
}
"""


@dataclass
class Sender:
    """``client`` are the options of ``createClient`` beyond the account's."""

    page: Page
    url: str
    person: Api
    client: Mapping[str, Any] = field(default_factory=dict)
    _under_way: set[Request] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self._under_way.add(request))
        for ended in ("requestfinished", "requestfailed"):
            self.page.on(ended, lambda request: self._under_way.discard(request))

    def open(self) -> None:
        """Load the page; what it did before is gone, as after a reload by the person."""
        self.page.goto(self.url)
        self.page.wait_for_function("window.mediadock !== undefined")

    def send(self, *files: Path, **options: Any) -> None:
        """Pick the files and send them, to oneself unless ``to`` somebody; it is under way when this returns."""
        self.page.set_input_files("#files", files)
        client = {"token": self.person.token, **self.client}
        self.page.evaluate(_START, {"client": client, "options": {"to": self.person.user_id, **options}})

    def send_some(self, file: Path, *, parts: int, through: StoreDoor, **options: Any) -> None:
        """Send until the store has so many parts or a few more; others are stuck then, and nothing moves."""
        through.hold(once_stored=parts)
        self.send(file, **options)
        through.wait_held(at_a_time=AT_A_TIME, of=-(-file.stat().st_size // PART_BYTES))

    def do(self, expression: str) -> Any:
        """What an expression of the page gives: ``upload`` and ``client`` are the SDK's, ``stop`` is a controller."""
        return self.page.evaluate(expression)

    def wait(self, expression: str, *, within_s: float = 60.0) -> None:
        """Return when an expression of the page is true."""
        self.page.wait_for_function(expression, timeout=1000 * within_s)

    def wait_hung_up(self) -> None:
        """Return when no PUT of this page is on its way, as the browser sees it."""
        # The page is asked for nothing but to let Playwright hear of its requests.
        eventually(lambda: self.do("true") and all(request.method != "PUT" for request in self._under_way))

    def lose_patience(self, after: str) -> None:
        """Let the page's clock jump until the PUTs that are on their way now are given up."""
        self.do("true")  # Playwright hears of requests only while something is asked of it
        stuck = {request for request in self._under_way if request.method == "PUT"}
        assert stuck

        def is_lost() -> bool:
            if self.do("true") and not stuck & self._under_way:
                return True
            # What the page hears late of bytes that went out, in the middle of the jump, has it wait anew from there.
            self.page.clock.fast_forward(after)
            return False

        eventually(is_lost, every_s=0.5)

    def end(self, of: str = "done", *, within_s: float = 60.0) -> dict[str, Any]:
        """What ``sent`` or ``done`` resolved with, or ``{error, sentence}``."""
        self.wait(f"window.ends?.{of} !== undefined", within_s=within_s)
        ended: dict[str, Any] = self.do(f"window.ends.{of}")
        return ended

    def done(self, *, within_s: float = 60.0) -> dict[str, Any]:
        """The end of an upload that must succeed; its one line has never fallen."""
        ended = self.end(within_s=within_s)
        assert "error" not in ended, ended
        fractions = [told["fraction"] for told in self.told()]
        assert fractions == sorted(fractions), json.dumps(fractions)
        assert fractions[-1] == 1
        return ended

    def told(self) -> list[dict[str, Any]]:
        """All that ``onProgress`` said."""
        told: list[dict[str, Any]] = self.do("window.told")
        return told
