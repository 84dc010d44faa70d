"""Render the poster of one film: the worker's side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.processing.ffmpeg.probe import Probe
from mediadock.processing.ffmpeg.program import ffmpeg_path
from mediadock.processing.image.model import Output
from mediadock.processing.image.received import ExpectedPictures
from mediadock.processing.limits import Limits
from mediadock.processing.sandbox import Job, run_job
from mediadock.processing.source import Source
from mediadock.processing.video.fitting import fitted_size
from mediadock.processing.video.model import PosterFacts, PosterSpec

POSTER_LIMITS = Limits(wall_s=60.0, cpu_s=100)

_ENTRY = "mediadock.processing.video.poster_pipeline:render"
_BROKEN = "Processing broke while reading this film."


def render_poster(
    source: Source, probe: Probe, spec: PosterSpec, *, emit: Callable[[Output], None], limits: Limits = POSTER_LIMITS
) -> PosterFacts:
    """A frame from the beginning of ``source`` that shows something, at every size, each given to ``emit``, smallest
    first.

    ContentRejected ``corrupt`` when no frame can be decoded; ProcessingFailed ``timeout``, ``out_of_memory``,
    ``decoder_crashed``. Errors of ``source`` and ``emit`` go through.
    """
    if probe.video is None:
        raise ContentRejected("corrupt", "There are no moving pictures in this file.")
    expected = ExpectedPictures(map(str, (spec.square, *spec.sizes)), sentence=_BROKEN)
    params = {**asdict(probe), "square": spec.square, "sizes": spec.sizes}
    report = run_job(
        Job(entry=_ENTRY, params=params, program=ffmpeg_path()),
        source,
        limits=limits,
        on_output=lambda frame: emit(expected.take(frame)),
    )
    expected.check_complete()
    width, height = fitted_size(probe.video, spec.variants[0])
    placeholder = report.result.get("placeholder")
    if not isinstance(placeholder, str):
        raise ProcessingFailed("decoder_crashed", _BROKEN, log="facts of the wrong form")
    return PosterFacts(width=width, height=height, placeholder=placeholder[:64])
