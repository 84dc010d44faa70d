"""What goes into the document pipeline and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass

PDF = "application/pdf"


@dataclass(frozen=True)
class DocumentSpec:
    """What to make of a PDF's first page: pixels of the longest side, and the side of the centred square.

    A page has no pixels of its own, so every size is reached whatever the page measures. ``draw_for_s`` is how long
    drawing may take: a page that is not finished by then is shown as far as it got.
    """

    sizes: tuple[int, ...] = (240, 480, 960)
    square: int = 96
    draw_for_s: float = 10.0


@dataclass(frozen=True)
class DocumentFacts:
    """What was learned: the pages that the document says it has, and a ThumbHash of the first in base64, if drawn."""

    pages: int
    placeholder: str | None
