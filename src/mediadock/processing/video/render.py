"""Render one film: the worker's side, which sees no frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import BinaryIO

from mediadock.core.dimensions import FILM_MAX_SIDE
from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.processing.ffmpeg.probe import Probe
from mediadock.processing.ffmpeg.program import ffmpeg_path
from mediadock.processing.ffmpeg.received import ExpectedFiles
from mediadock.processing.limits import VIDEO_LIMITS, Limits
from mediadock.processing.sandbox import Frame, Job, run_job
from mediadock.processing.source import Source
from mediadock.processing.video.counted import CountedSource
from mediadock.processing.video.model import MP4, VideoFacts, VideoOutput, VideoSpec

_ENTRY = "mediadock.processing.video.pipeline:render"


def render_video(
    source: Source,
    probe: Probe,
    spec: VideoSpec,
    *,
    emit: Callable[[VideoOutput, BinaryIO], None],
    on_progress: Callable[[int], None] = lambda _: None,
    limits: Limits = VIDEO_LIMITS,
) -> VideoFacts:
    """The variants of ``source``, each given to ``emit`` with its file open for reading.

    ``on_progress`` gets percents that rise from 0 to 100, several a second. ContentRejected ``corrupt``,
    ``output_too_large``; ProcessingFailed ``timeout``, ``out_of_memory``, ``no_space``, ``decoder_crashed``. Errors
    of ``source`` and the listeners go through. Publish nothing before this returns.
    """
    if probe.video is None:
        raise ContentRejected("corrupt", "There are no moving pictures in this file.")
    expected = ExpectedFiles((variant.name for variant in spec.variants), sentence=_BROKEN)

    def on_file(frame: Frame, file: BinaryIO) -> None:
        name = expected.take(frame, file)
        width, height = _side(frame.head.get("width")), _side(frame.head.get("height"))
        emit(VideoOutput(name=name, content_type=MP4, width=width, height=height), file)

    counted = CountedSource(source)

    def on_percent(percent: int) -> None:
        on_progress(percent if probe.duration_s is not None or percent == 100 else counted.percent)

    params = {**asdict(probe), "variants": [asdict(variant) for variant in spec.variants]}
    job = Job(entry=_ENTRY, params=params, program=ffmpeg_path())
    report = run_job(job, counted, limits=limits, on_output=expected.refuse, on_file=on_file, on_progress=on_percent)
    expected.check_complete()
    return _facts(report.result)


_BROKEN = "Processing broke while reading this film."


def _side(value: object) -> int:
    if isinstance(value, int) and 0 < value <= FILM_MAX_SIDE:
        return value
    raise ProcessingFailed("decoder_crashed", _BROKEN, log=f"{value!r} is no side of a film")


def _facts(result: Mapping[str, object]) -> VideoFacts:
    duration, copied = result.get("duration_s"), result.get("copied")
    if not isinstance(duration, float) or not isinstance(copied, list):
        raise ProcessingFailed("decoder_crashed", _BROKEN, log="facts of the wrong form")
    return VideoFacts(
        duration_s=duration,
        width=_side(result.get("width")),
        height=_side(result.get("height")),
        copied=frozenset(map(str, copied)),
    )
