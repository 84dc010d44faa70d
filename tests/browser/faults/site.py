"""Where the page of these tests comes from: the built SDK, and the real API under the same origin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from browser.faults.forwarding import Forwarder, ForwardingServer, serving

PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>SDK</title>
<input type="file" id="files" multiple aria-label="Files">
<script type="module">import * as mediadock from "/sdk/index.js"; window.mediadock = mediadock;</script></html>"""


@dataclass
class Site:
    """``asked`` saw every call of the API: its method and its path with the query."""

    sdk: Path
    api_url: str
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)

    @contextmanager
    def open(self) -> Iterator[Site]:
        """Serve on a port of its own."""
        self._server = ForwardingServer(type("_Handler", (_SiteHandler,), {"site": self}))
        self.url = self._server.url
        with serving(self._server):
            yield self

    def calls(self, path: str) -> int:
        """How often a path of the API was asked, by whatever method."""
        return sum(asked.split("?")[0] == f"/api/v1{path}" for _, asked in self.asked)


class _SiteHandler(Forwarder):
    site: Site

    def do_any(self) -> None:
        path = self.path.split("?")[0]
        if path.startswith("/api/"):
            self.site.asked.append((self.command, self.path))
            self.forward(self.site.api_url)
        elif path == "/":
            self.answer(200, PAGE, Content_Type="text/html")
        elif path.startswith("/sdk/") and (file := self.site.sdk / Path(path).name).is_file():
            self.answer(200, file.read_bytes(), Content_Type="text/javascript", Cache_Control="no-store")
        else:
            self.answer(204 if path == "/favicon.ico" else 404)

    do_GET = do_POST = do_DELETE = do_any  # noqa: N815 - http.server's names
