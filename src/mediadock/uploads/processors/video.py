"""Films: the poster first, then the MP4."""

from __future__ import annotations

from dataclasses import replace

from mediadock.processing.ffmpeg import Probe
from mediadock.processing.limits import VIDEO_LIMITS
from mediadock.processing.video import render_poster, render_video
from mediadock.processing.video.poster import POSTER_LIMITS
from mediadock.uploads.processors.job import Facts, Job


def process_video(job: Job, probe: Probe) -> Facts:
    """Make the poster's pictures and the variants of the profile's video preset. Errors as ``render_video``."""
    preset = job.profile.video
    publisher = job.publisher
    poster = render_poster(
        job.source,
        probe,
        preset,
        emit=publisher.put_picture,
        limits=replace(POSTER_LIMITS, wall_s=min(POSTER_LIMITS.wall_s, job.time_limit_s)),
    )
    facts = render_video(
        job.source,
        probe,
        preset,
        emit=lambda output, file: publisher.put_file(
            output.name, output.content_type, file, width=output.width, height=output.height
        ),
        on_progress=job.on_progress,
        limits=replace(VIDEO_LIMITS, wall_s=job.time_limit_s),
    )
    return {
        "width": facts.width,
        "height": facts.height,
        "duration": facts.duration_s,
        "placeholder": poster.placeholder,
    }
