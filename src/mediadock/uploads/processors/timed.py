"""Films and sounds: the streams inside decide which of the two it is, whatever it was sent as."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from mediadock.core.errors import ContentRejected
from mediadock.core.filetypes import Kind, find_type, type_as
from mediadock.core.policy import human_bytes
from mediadock.processing.ffmpeg import probe_media
from mediadock.processing.seekable import SeekableSource
from mediadock.uploads.processors.audio import process_audio
from mediadock.uploads.processors.job import Facts, Job
from mediadock.uploads.processors.video import process_video


def process_timed(job: Job) -> Facts:
    """Probe, then make what the real kind asks for; the facts say which kind and type it is.

    ContentRejected ``type_mismatch`` or ``file_too_large`` when the profile takes no such thing, or none so large.
    """
    with closing(SeekableSource(job.source)) as source:
        probe = probe_media(source, content_type=job.content_type)
        kind = Kind.AUDIO if probe.video is None else Kind.VIDEO
        content_type = type_as(kind, job.content_type)
        _check_accepted(job, kind, content_type)
        job.publisher.learn(kind=kind.value, detected_type=content_type, duration=probe.duration_s)
        process = process_audio if kind is Kind.AUDIO else process_video
        facts = process(replace(job, source=source), probe)
    return {"kind": kind.value, "detected_type": content_type, **facts}


def _check_accepted(job: Job, kind: Kind, content_type: str) -> None:
    file_type = find_type(content_type)
    is_unwanted_type = file_type is not None and file_type.kind is kind and not job.profile.accepts(file_type)
    if kind not in job.profile.kinds or is_unwanted_type:  # a GIF sent as a film has no name among films
        what = "sound without pictures" if kind is Kind.AUDIO else "a film"
        raise ContentRejected("type_mismatch", f"This file is {what}, which is not accepted here.")
    limit = job.profile.max_bytes[kind]
    if job.size_bytes > limit:
        raise ContentRejected(
            "file_too_large", f"This file is too large: at most {human_bytes(limit)} are accepted here."
        )
