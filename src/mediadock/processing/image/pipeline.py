"""One picture from bytes to thumbnails, inside the sandbox. ``render`` is the list of steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pyvips  # type: ignore[import-untyped]

from mediadock.processing.image.decode import decode
from mediadock.processing.image.encode import encode
from mediadock.processing.image.loaders import lock_loaders
from mediadock.processing.image.model import ImageSpec, Output
from mediadock.processing.image.opened import Opened, open_picture
from mediadock.processing.image.pixels import check_pixels
from mediadock.processing.image.placeholder import placeholder
from mediadock.processing.image.shapes import centred_square, fit
from mediadock.processing.sandbox.child import Parent

lock_loaders()

_ENCODERS = 4


def render(parent: Parent, params: Mapping[str, object]) -> dict[str, object]:
    """Run every step on the parent's source; outputs go up as they are made, facts come back."""
    spec = spec_of(params)
    opened = open_picture(parent.read_all(), spec.content_type)
    check_pixels(opened.header)
    picture = decode(opened, longest=spec.display)
    for output in _encoded(picture, spec):
        _emit(parent, output)
    return _facts(opened, placeholder(picture))


def spec_of(params: Mapping[str, object]) -> ImageSpec:
    """The spec as it came over the wire, tuples restored."""
    sizes = params["sizes"]
    assert isinstance(sizes, list)
    return ImageSpec(**{**params, "sizes": tuple(sizes)})  # type: ignore[arg-type]  # our own parent wrote it


def _encoded(picture: pyvips.Image, spec: ImageSpec) -> Iterator[Output]:
    """Every still, smallest first, each as soon as it and the smaller ones are encoded."""
    save = partial(encode, quality=spec.quality, effort=spec.effort)
    shapes = [(spec.square, partial(centred_square, picture, spec.square))]
    shapes += [(size, partial(fit, picture, size)) for size in sorted({*spec.sizes, spec.display})]
    with ThreadPoolExecutor(_ENCODERS) as pool:
        yield from pool.map(lambda shape: save(shape[1](), str(shape[0])), shapes)


def _emit(parent: Parent, output: Output) -> None:
    facts = {"name": output.name, "width": output.width, "height": output.height}
    parent.emit(facts, output.body)


def _facts(opened: Opened, hash_: str) -> dict[str, object]:
    width, height = opened.header.width, opened.header.height
    if opened.sideways:
        width, height = height, width
    return {"width": width, "height": height, "placeholder": hash_, "frames": opened.header.frames}
