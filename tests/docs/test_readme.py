"""README.md: its tour runs, and each dependency of the package has its reason there."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

from docs.pages import ROOT, blocks, rows
from docs.shell import IN_BACKGROUND, run_session
from stack.server import RunningServer

README = ROOT / "README.md"


def test_the_tour_ends_with_every_picture_at_the_other_side(running_server: RunningServer, folder: Path) -> None:
    printed = run_session(blocks(README), folder=folder, server=running_server.url, env={})
    sent = next(one.text for one in printed if "mediadock upload" in one.block.text)
    watched = next(one.text for one in printed if one.block.is_marked(IN_BACKGROUND))
    assert all(f"{name}.jpg: ready" in sent for name in ("beach", "dunes", "pier"))
    assert len(re.findall(r"  done  ", watched)) >= 3
    # the store's own event may have been faster than the call, and the picture ready before its answer
    assert re.search(r'"stage":"(processing|thumbnail_ready|done)"', printed[-1].text)


def test_only_dependencies_have_a_reason_for_being_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {name: listed for name, listed in project["optional-dependencies"].items() if name != "dev"}
    required = [*project["dependencies"], *chain.from_iterable(extras.values())]
    names = {re.split(r"[\[<>=~!; ]", requirement, maxsplit=1)[0] for requirement in required}
    reasons = dict(rows(README, under="What it is made of"))
    assert reasons.keys() == names
    assert all(reasons.values())
