"""What a page complains of: errors on its console and errors that nobody caught."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page


@dataclass
class Complaints:
    """Of all pages of one test. None is expected unless the test says so."""

    heard: list[str] = field(default_factory=list)
    _expected: list[str] = field(default_factory=list)

    def expect(self, *patterns: str) -> None:
        """Complaints in which one of these regular expressions is found are part of the test."""
        self._expected.extend(patterns)

    def watch(self, page: Page) -> None:
        """Listen to a page until it closes."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.heard.append(f"uncaught: {error}"))

    def unexpected(self) -> list[str]:
        """What nobody had announced, in the order it was heard."""
        return [text for text in self.heard if not any(re.search(pattern, text) for pattern in self._expected)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.heard.append(f"{message.text} ({message.location.get('url', '')})")
