"""One picture from bytes to thumbnails, inside the sandbox. ``render`` is the list of steps."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor

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
from mediadock.processing.image.shapes import cascade, centred_square
from mediadock.processing.sandbox.child import Parent

lock_loaders()

# The display version has one to itself: more encoders than processors would only make the longest one wait.
_ENCODERS = max(2, min(4, os.cpu_count() or 2))


def render(parent: Parent, params: Mapping[str, object]) -> dict[str, object]:
    """Run every step on the parent's source; outputs go up as they are made, facts come back."""
    spec = _spec_of(params)
    opened = open_picture(take_in(parent, spec.content_type), spec.content_type)
    check_pixels(opened.header)
    picture = decode(opened, spec.display)
    with ThreadPoolExecutor(_ENCODERS) as pool:
        display = pool.submit(_display, opened, picture, spec)  # the longest work starts first
        thumbnails = cascade(picture, spec.sizes)
        outputs = [*_thumbnails(opened, picture, thumbnails, spec, pool), display]
        hash_ = placeholder(next(reversed(thumbnails.values()), picture))
        for output in outputs:
            _emit(parent, output.result())
    width, height = opened.upright_size
    return {"width": width, "height": height, "frames": opened.header.frames, "placeholder": hash_}


def _thumbnails(
    opened: Opened, picture: pyvips.Image, fitted: Mapping[int, pyvips.Image], spec: ImageSpec, pool: ThreadPoolExecutor
) -> list[Future[Output]]:
    """The square and every thumbnail, smallest first."""

    def square(side: int) -> Output:
        return encode(centred_square(opened, (*fitted.values(), picture), side), side, spec)

    if spec.all_square:
        return [pool.submit(square, side) for side in sorted((spec.square, *spec.sizes))]
    return [
        pool.submit(square, spec.square),
        *(pool.submit(encode, fitted[size], size, spec) for size in sorted(fitted)),
    ]


def _display(opened: Opened, picture: pyvips.Image, spec: ImageSpec) -> Output:
    """The display version: the animation where there is one, the still picture otherwise."""
    if opened.header.frames > 1 and spec.animate_display and not opened.cut_short:
        moving = animated_display(opened, spec)
        if moving is not None:
            return moving
    return encode(picture, spec.display, spec)


def _emit(parent: Parent, output: Output) -> None:
    parent.emit({"name": output.name, "width": output.width, "height": output.height}, output.body)


def _spec_of(params: Mapping[str, object]) -> ImageSpec:
    """The spec as it came over the wire, tuples restored."""
    sizes = params["sizes"]
    assert isinstance(sizes, list)
    return ImageSpec(**{**params, "sizes": tuple(sizes)})  # type: ignore[arg-type]  # our own parent wrote it
