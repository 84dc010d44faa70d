"""One picture from bytes to thumbnails, inside the sandbox. ``render`` is the list of steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pyvips  # type: ignore[import-untyped]

from mediadock.processing.image.animate import animated_display
from mediadock.processing.image.decode import decode
from mediadock.processing.image.encode import encode
from mediadock.processing.image.intake import take_in
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
    spec = _spec_of(params)
    opened = open_picture(take_in(parent, spec.content_type), spec.content_type)
    check_pixels(opened.header)
    picture = decode(opened, spec.display)
    for output in _encoded(opened, picture, spec):
        parent.emit({"name": output.name, "width": output.width, "height": output.height}, output.body)
    width, height = opened.upright_size
    return {
        "width": width,
        "height": height,
        "frames": opened.header.frames,
        "placeholder": placeholder(picture),
    }


def _encoded(opened: Opened, picture: pyvips.Image, spec: ImageSpec) -> Iterator[Output]:
    """Every output, smallest first, each as soon as it and the smaller ones are there."""
    save = partial(encode, quality=spec.quality, effort=spec.effort)
    makers: list[Callable[[], Output]] = [
        lambda: save(centred_square(opened, picture, spec.square), str(spec.square)),
        *(partial(lambda size: save(fit(picture, size), str(size)), size) for size in sorted(spec.sizes)),
        lambda: _display(opened, spec) or save(picture, str(spec.display)),
    ]
    with ThreadPoolExecutor(_ENCODERS) as pool:
        yield from pool.map(lambda make: make(), makers)


def _display(opened: Opened, spec: ImageSpec) -> Output | None:
    moves = opened.header.frames > 1 and spec.animate_display and not opened.cut_short
    return animated_display(opened, spec) if moves else None


def _spec_of(params: Mapping[str, object]) -> ImageSpec:
    """The spec as it came over the wire, tuples restored."""
    sizes = params["sizes"]
    assert isinstance(sizes, list)
    return ImageSpec(**{**params, "sizes": tuple(sizes)})  # type: ignore[arg-type]  # our own parent wrote it
