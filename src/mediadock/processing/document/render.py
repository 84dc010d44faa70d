"""Render one PDF: the worker's side, which opens nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict

from mediadock.core.errors import ProcessingFailed
from mediadock.processing.document.model import DocumentFacts, DocumentSpec
from mediadock.processing.image.model import Output
from mediadock.processing.image.received import ExpectedPictures
from mediadock.processing.limits import Limits
from mediadock.processing.sandbox import Frame, Job, run_job
from mediadock.processing.source import Source

log = logging.getLogger(__name__)

DOCUMENT_LIMITS = Limits(wall_s=30.0, cpu_s=60)

_ENTRY = "mediadock.processing.document.pipeline:render"
_BROKEN = "Processing broke while reading this document."
_TOO_MUCH_TO_DRAW = frozenset({"timeout", "out_of_memory"})


def render_document(
    source: Source, spec: DocumentSpec, *, emit: Callable[[Output], None], limits: Limits = DOCUMENT_LIMITS
) -> DocumentFacts:
    """The number of pages, and the first one as thumbnails, each given to ``emit``, smallest first.

    A document that opens is worth sending even when its first page takes more time or memory than there is, or has
    no area: then there are no thumbnails, and no placeholder. ContentRejected ``corrupt``, ``encrypted``,
    ``empty_document``; ProcessingFailed ``timeout`` and ``out_of_memory`` before the pages are counted, and
    ``decoder_crashed``. Errors of ``source`` and ``emit`` go through. An error may follow outputs that were already
    emitted: publish nothing before this returns.
    """
    heard = _Heard(spec, emit)
    try:
        result = run_job(Job(entry=_ENTRY, params=asdict(spec)), source, limits=limits, on_output=heard.take).result
    except ProcessingFailed as failure:
        if failure.code not in _TOO_MUCH_TO_DRAW or heard.pages is None or heard.a_picture:
            raise
        log.info("a first page that could not be drawn: %s", failure)
        return DocumentFacts(pages=heard.pages, placeholder=None)
    return heard.facts(result.get("placeholder"))


class _Heard:
    """What a child has handed over: the count first, then the pictures."""

    def __init__(self, spec: DocumentSpec, emit: Callable[[Output], None]) -> None:
        self.pages: int | None = None
        self.a_picture = False
        self._expected = ExpectedPictures(map(str, (spec.square, *spec.sizes)), sentence=_BROKEN)
        self._emit = emit

    def take(self, frame: Frame) -> None:
        """The count, or a picture."""
        if self.pages is None:
            self.pages = min(frame.number("pages"), 2**31 - 1)
            return
        output = self._expected.take(frame)
        self.a_picture = True
        self._emit(output)

    def facts(self, placeholder: object) -> DocumentFacts:
        """The whole; ProcessingFailed ``decoder_crashed`` when there is less than was promised."""
        if self.pages and placeholder is None and not self.a_picture:
            return DocumentFacts(pages=self.pages, placeholder=None)
        self._expected.check_complete()
        if self.pages and isinstance(placeholder, str):
            return DocumentFacts(pages=self.pages, placeholder=placeholder[:64])
        raise ProcessingFailed("decoder_crashed", _BROKEN, log="facts of the wrong form")
