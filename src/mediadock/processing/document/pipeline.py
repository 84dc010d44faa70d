"""One PDF from bytes to thumbnails, inside the sandbox. ``render`` is the list of steps."""

from __future__ import annotations

from collections.abc import Mapping

from mediadock.processing.document.draw import draw, size_in_pixels
from mediadock.processing.document.intake import take_in
from mediadock.processing.document.model import PDF, DocumentSpec
from mediadock.processing.document.opened import first_page, open_document
from mediadock.processing.image.encode import encode
from mediadock.processing.image.model import ImageSpec
from mediadock.processing.image.placeholder import placeholder
from mediadock.processing.image.shapes import cascade, square_from
from mediadock.processing.sandbox.child import Parent


def render(parent: Parent, params: Mapping[str, object]) -> dict[str, object]:
    """Run every step on the parent's source; the count goes up first, then the pictures as they are made."""
    spec = _spec_of(params)
    document = open_document(take_in(parent))
    parent.emit({"pages": len(document)}, b"")
    page = first_page(document)
    size = size_in_pixels(*page.get_size(), longest=max((*spec.sizes, spec.square)), shortest=spec.square)
    if size is None:
        return {"placeholder": None}
    cover = draw(page, *size, for_s=spec.draw_for_s)
    thumbnails = cascade(cover, spec.sizes)
    square = square_from((*thumbnails.values(), cover), min(spec.square, *size))
    encoding = ImageSpec(content_type=PDF)
    for name, picture in ((spec.square, square), *sorted(thumbnails.items())):
        output = encode(picture, name, encoding)
        parent.emit({"name": output.name, "width": output.width, "height": output.height}, output.body)
    return {"placeholder": placeholder(next(reversed(thumbnails.values()), cover))}


def _spec_of(params: Mapping[str, object]) -> DocumentSpec:
    """The spec as it came over the wire, tuples restored."""
    sizes = params["sizes"]
    assert isinstance(sizes, list)
    return DocumentSpec(**{**params, "sizes": tuple(sizes)})  # type: ignore[arg-type]  # our own parent wrote it
