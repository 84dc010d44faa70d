"""Sounds: M4A and waveform."""

from __future__ import annotations

from dataclasses import replace

from mediadock.processing.audio import render_audio
from mediadock.processing.ffmpeg import Probe
from mediadock.processing.limits import AUDIO_LIMITS
from mediadock.uploads.processors.job import Facts, Job


def process_audio(job: Job, probe: Probe) -> Facts:
    """Make the variants and the waveform of the profile's audio preset. Errors as ``render_audio``."""
    facts = render_audio(
        job.source,
        probe,
        job.profile.audio,
        emit=lambda output, file: job.publisher.put_file(output.name, output.content_type, file),
        on_progress=job.on_progress,
        limits=replace(AUDIO_LIMITS, wall_s=job.time_limit_s),
    )
    return {"duration": facts.duration_s, "waveform": list(facts.waveform)}
