"""Render one PDF: the worker's side, which opens nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

from mediadock.core.errors import ProcessingFailed
from mediadock.processing.document.model import DocumentFacts, DocumentSpec
from mediadock.processing.image.model import Output
from mediadock.processing.image.received import ExpectedPictures
from mediadock.processing.limits import Limits
from mediadock.processing.sandbox import Job, run_job
from mediadock.processing.source import Source

DOCUMENT_LIMITS = Limits(wall_s=30.0, cpu_s=60)

_ENTRY = "mediadock.processing.document.pipeline:render"
_BROKEN = "Processing broke while reading this document."


def render_document(
    source: Source, spec: DocumentSpec, *, emit: Callable[[Output], None], limits: Limits = DOCUMENT_LIMITS
) -> DocumentFacts:
    """The first page as thumbnails, each given to ``emit``, smallest first, and the number of pages.

    ContentRejected ``corrupt``, ``encrypted``, ``empty_document``; ProcessingFailed ``timeout``, ``out_of_memory``,
    ``decoder_crashed``. Errors of ``source`` and ``emit`` go through. An error may follow outputs that were already
    emitted: publish nothing before this returns.
    """
    expected = ExpectedPictures(map(str, (spec.square, *spec.sizes)), sentence=_BROKEN)
    report = run_job(
        Job(entry=_ENTRY, params=asdict(spec)),
        source,
        limits=limits,
        on_output=lambda frame: emit(expected.take(frame)),
    )
    expected.check_complete()
    return _facts(report.result)


def _facts(result: Mapping[str, object]) -> DocumentFacts:
    pages, placeholder = result.get("pages"), result.get("placeholder")
    if isinstance(pages, int) and 0 < pages < 2**31 and isinstance(placeholder, str):
        return DocumentFacts(pages=pages, placeholder=placeholder[:64])
    raise ProcessingFailed("decoder_crashed", _BROKEN, log="facts of the wrong form")
