"""Render through the public door and keep what came out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mediadock.processing.image import ImageFacts, ImageSpec, Output, render_image
from mediadock.processing.limits import IMAGE_LIMITS, Limits
from mediadock.processing.sniff import sniff
from mediadock.processing.source import MemorySource

NAMES = ("96", "240", "480", "960", "2048")


@dataclass(frozen=True)
class Rendered:
    """Facts, and the outputs in the order in which they came."""

    facts: ImageFacts
    outputs: tuple[Output, ...]

    def __getitem__(self, name: str) -> Output:
        return next(output for output in self.outputs if output.name == name)


def render(body: bytes, *, limits: Limits = IMAGE_LIMITS, **changes: object) -> Rendered:
    """Sniff and render a whole file."""
    spec = replace(ImageSpec(content_type=sniff(body[:4096], size_bytes=len(body)).content_type), **changes)
    outputs: list[Output] = []
    facts = render_image(MemorySource(body), spec, emit=outputs.append, limits=limits)
    return Rendered(facts=facts, outputs=tuple(outputs))
