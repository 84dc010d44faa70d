"""Render one sound: the worker's side, which sees no sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import BinaryIO

from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.processing.audio.model import M4A, AudioFacts, AudioOutput, AudioSpec
from mediadock.processing.ffmpeg.probe import Probe
from mediadock.processing.ffmpeg.program import ffmpeg_path
from mediadock.processing.ffmpeg.received import ExpectedFiles
from mediadock.processing.limits import AUDIO_LIMITS, Limits
from mediadock.processing.sandbox import Frame, Job, run_job
from mediadock.processing.source import Source

_ENTRY = "mediadock.processing.audio.pipeline:render"


def render_audio(
    source: Source,
    probe: Probe,
    spec: AudioSpec,
    *,
    emit: Callable[[AudioOutput, BinaryIO], None],
    on_progress: Callable[[int], None] = lambda _: None,
    limits: Limits = AUDIO_LIMITS,
) -> AudioFacts:
    """The variants of ``source``, each given to ``emit`` with its file open for reading, and the waveform.

    ``on_progress`` gets percents, several a second, where the duration is known. ContentRejected ``corrupt``,
    ``output_too_large``; ProcessingFailed ``timeout``, ``out_of_memory``, ``no_space``, ``decoder_crashed``. Errors
    of ``source`` and the listeners go through. Publish nothing before this returns.
    """
    if probe.audio is None:
        raise ContentRejected("corrupt", "There is no sound in this file.")
    expected = ExpectedFiles((variant.name for variant in spec.variants), sentence=_BROKEN)

    def on_file(frame: Frame, file: BinaryIO) -> None:
        emit(AudioOutput(name=expected.take(frame, file), content_type=M4A), file)

    job = Job(
        entry=_ENTRY,
        params={
            "stream": probe.audio.index,
            "demuxer": probe.demuxer,
            "duration_s": probe.duration_s,
            "variants": [asdict(variant) for variant in spec.variants],
            "bars": spec.bars,
        },
        program=ffmpeg_path(),
    )
    limits = replace(limits, wall_s=probe.wall_s(limits.wall_s))
    report = run_job(job, source, limits=limits, on_output=expected.refuse, on_file=on_file, on_progress=on_progress)
    expected.check_complete()
    return _facts(report.result, spec.bars)


_BROKEN = "Processing broke while reading this recording."


def _facts(result: Mapping[str, object], bars: int) -> AudioFacts:
    duration, waveform = result.get("duration_s"), result.get("waveform")
    if not isinstance(duration, float) or not isinstance(waveform, list) or len(waveform) != bars:
        raise ProcessingFailed("decoder_crashed", _BROKEN, log="facts of the wrong form")
    if not all(isinstance(bar, int) and 0 <= bar <= 100 for bar in waveform):
        raise ProcessingFailed("decoder_crashed", _BROKEN, log="bars of the wrong form")
    return AudioFacts(duration_s=duration, waveform=tuple(waveform))
