"""Debian's Chromium, pages for it, and the peers that run in them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

_ROOT = Path(__file__).parents[2]
_SDK = _ROOT / "clients" / "js"
_PAGES = _ROOT / "benchmarks" / "pages"
WATCH = _PAGES / "watch.js"
"""For ``add_init_script``."""

_QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@contextmanager
def chromium(arguments: Sequence[str] = ()) -> Iterator[Browser]:
    """Headless, a process of its own."""
    found = shutil.which("chromium")
    if found is None:
        raise SystemExit("chromium is not installed (Debian package chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*_QUIET, *arguments])
        try:
            yield browser
        finally:
            browser.close()


def build_pages(folder: Path, scripts: Mapping[str, Path | None]) -> None:
    """All documents of ``pages``, and ``scripts`` bundled, each with the folder whose ``node_modules`` it needs."""
    if not (_SDK / "node_modules").exists():
        command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=_SDK, check=True)
    for page in _PAGES.glob("*.html"):
        shutil.copy(page, folder)
    for script, modules in scripts.items():
        more = [os.fspath(modules / "node_modules")] if modules else []
        command = ["node", str(Path(__file__).parent / "bundle.mjs"), str(_PAGES / script), str(folder), *more]
        subprocess.run(command, cwd=_SDK, check=True)
