"""axe-core: what it finds on a page as it is just now."""

from __future__ import annotations

from functools import cache

from browser.chat.looks import PHONE_PX
from browser.chat.people import Somebody
from stack.files import ROOT
from stack.here import cannot_run

_STILL = """() => document.getAnimations().every(
  (animation) => animation.playState !== "running" || animation.effect.getComputedTiming().endTime === Infinity)"""
_BARRIERS = ("serious", "critical")


@cache
def _source() -> str:
    path = ROOT / "demo" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        cannot_run("axe-core is not installed: make web")
    return path.read_text()


def barriers(person: Somebody) -> list[str]:
    """Every serious or critical finding: its rule, and what it concerns."""
    page = person.page
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"() => {{ {_source()}; }}")
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    assert found["passes"], "axe has looked at something"
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for violation in found["violations"]
        if violation["impact"] in _BARRIERS
        for node in violation["nodes"]
    ]


def no_barriers(person: Somebody) -> None:
    """Neither in light nor in dark, and neither on a phone."""
    page = person.page
    size = page.viewport_size
    assert size
    for scheme, width in (("light", size["width"]), ("dark", size["width"]), ("dark", PHONE_PX), ("light", PHONE_PX)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": size["height"]})
        person.until(_STILL)  # colours on their way from light to dark have no contrast
        found = barriers(person)
        assert not found, "\n".join([f"{scheme}, {width} pixels wide:", *found])
    page.set_viewport_size(size)
