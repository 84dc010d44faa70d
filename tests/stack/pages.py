"""The pages that ``make web`` built, as the server serves them."""

from __future__ import annotations

import re

from mediadock.server import settings
from stack.client import call
from stack.here import cannot_run

_REFERENCE = re.compile(rb'(?:src|href)="(/[^"]+)"')
_WITHOUT_DELAY = "public, max-age=31536000, immutable"


def need_built_pages() -> None:
    """End the test where nobody has built them."""
    folder = settings.WEB_FOLDER
    if folder is None or not (folder / "index.html").is_file():
        cannot_run("the pages are not built: make web")


def check_pages(url: str) -> None:
    """The index and everything that it names are served, under a policy, and scripts and styles for a year."""
    index = call("GET", url + "/")
    assert (index.status, index.headers["cache-control"]) == (200, "no-cache")
    assert "script-src 'self';" in index.headers["content-security-policy"]
    assert b"<script>" not in index.body, "the policy refuses what is inline"
    assert b"style=" not in index.body
    names = [name.decode() for name in _REFERENCE.findall(index.body)]
    assert [name for name in names if name.endswith(".js")]
    for name in names:
        found = call("GET", url + name, headers={"Accept-Encoding": "br"})
        assert (found.status, bool(found.body)) == (200, True), name
        if name.endswith((".js", ".css")):
            assert found.headers["cache-control"] == _WITHOUT_DELAY, name
