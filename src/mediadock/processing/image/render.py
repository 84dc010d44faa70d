"""Render one picture: the worker's side, which sees no pixel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

from mediadock.core.errors import ProcessingFailed
from mediadock.processing.image.model import ImageFacts, ImageSpec, Output
from mediadock.processing.image.received import ExpectedPictures
from mediadock.processing.limits import IMAGE_LIMITS, Limits
from mediadock.processing.sandbox import Job, run_job
from mediadock.processing.source import Source

_ENTRY = "mediadock.processing.image.pipeline:render"


def render_image(
    source: Source, spec: ImageSpec, *, emit: Callable[[Output], None], limits: Limits = IMAGE_LIMITS
) -> ImageFacts:
    """Thumbnails and display version of ``source``, each given to ``emit`` as soon as it is encoded, smallest first.

    ContentRejected ``corrupt``, ``image_too_large``, ``type_mismatch``; ProcessingFailed ``timeout``,
    ``out_of_memory``, ``decoder_crashed``. Errors of ``source`` and ``emit`` go through. An error may follow
    outputs that were already emitted: publish nothing before this returns.
    """
    expected = ExpectedPictures(map(str, (spec.square, *spec.sizes, spec.display)), sentence=_BROKEN)
    report = run_job(
        Job(entry=_ENTRY, params=asdict(spec)),
        source,
        limits=limits,
        on_output=lambda frame: emit(expected.take(frame)),
    )
    expected.check_complete()
    return _facts(report.result, spec.content_type)


_BROKEN = "Processing broke while reading this picture."


def _facts(result: Mapping[str, object], content_type: str) -> ImageFacts:
    width, height, frames, hash_ = (result.get(name) for name in ("width", "height", "frames", "placeholder"))
    if isinstance(width, int) and isinstance(height, int) and isinstance(frames, int) and isinstance(hash_, str):
        return ImageFacts(width=width, height=height, content_type=content_type, placeholder=hash_[:64], frames=frames)
    raise ProcessingFailed("decoder_crashed", _BROKEN, log="facts of the wrong form")
