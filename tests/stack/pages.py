"""The pages that ``make web`` built, as the server serves them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from stack.client import call
from stack.files import ROOT
from stack.here import cannot_run

_BUILT = ROOT / "src" / "mediadock" / "server" / "web"
_REFERENCE = re.compile(rb'(?:src|href)="(/[^"]+)"')
_WITHOUT_DELAY = "public, max-age=31536000, immutable"


def need_built_pages() -> None:
    """End the test where nobody has built them."""
    if not (_BUILT / "index.html").is_file():
        cannot_run("the pages are not built: make web")


def pages_of_this_run(folder: Path) -> dict[str, str]:
    """The setting that serves a copy below ``folder``: who builds them meanwhile does not change what is tested."""
    if not _BUILT.is_dir():
        return {}
    shutil.copytree(_BUILT, folder, dirs_exist_ok=True)
    return {"MEDIADOCK_WEB_FOLDER": str(folder)}


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
