"""A stranger's file through the pipelines as the engine would send it: sniffed, probed, rendered, to a named end."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.core.profiles import AudioPreset, VideoPreset
from mediadock.processing.audio import render_audio
from mediadock.processing.document import DocumentSpec, render_document
from mediadock.processing.ffmpeg import Probe, probe_media
from mediadock.processing.image import ImageSpec, render_image
from mediadock.processing.limits import AUDIO_LIMITS, VIDEO_LIMITS
from mediadock.processing.seekable import SeekableSource
from mediadock.processing.sniff import HEAD_BYTES, sniff
from mediadock.processing.source import MemorySource, Source
from mediadock.processing.video import PosterSpec, render_poster, render_video

READY = "ready"
PATIENCE_S = 60.0
_AS_USUAL = VideoPreset()


@dataclass
class Ending:
    """``ready`` or the code of the refusal or failure; every byte that was made, also before a refusal."""

    name: str
    outcome: str = ""
    log: str = ""
    seconds: float = 0.0
    made: list[bytes] = field(default_factory=list)

    def take(self, made: object) -> None:
        """One picture of ours."""
        body = getattr(made, "body", b"")
        assert body
        self.made.append(body)

    def take_file(self, _output: object, file: BinaryIO) -> None:
        """One film or sound of ours."""
        self.made.append(file.read())


def ending_of(body: bytes, *, name: str, films: VideoPreset = _AS_USUAL) -> Ending:
    """What becomes of one file; a job that is not done after ``PATIENCE_S`` is stopped.

    Anything but an end of the vocabulary is raised: it would be a mistake of ours.
    """
    ending = Ending(name)
    started = time.monotonic()
    try:
        _render(body, ending, films)
        ending.outcome = READY
    except (ContentRejected, ProcessingFailed) as end:
        ending.outcome, ending.log = end.code, end.log
    ending.seconds = time.monotonic() - started
    return ending


def _render(body: bytes, ending: Ending, films: VideoPreset) -> None:
    found = sniff(body[:HEAD_BYTES], size_bytes=len(body))
    source = MemorySource(body)
    if found.kind is None:
        raise ContentRejected("type_unknown", "This is not a file of a type that is accepted here.")
    if found.kind == "image":
        render_image(source, ImageSpec(content_type=found.content_type), emit=ending.take)
    elif found.content_type == "application/pdf":
        render_document(source, DocumentSpec(), emit=ending.take)
    elif found.kind in ("audio", "video"):
        with closing(SeekableSource(source)) as seekable:
            _render_timed(seekable, probe_media(seekable, content_type=found.content_type), ending, films)


def _render_timed(source: Source, probe: Probe, ending: Ending, films: VideoPreset) -> None:
    if probe.video is None:
        limits = replace(AUDIO_LIMITS, wall_s=PATIENCE_S)
        render_audio(source, probe, AudioPreset(), emit=ending.take_file, limits=limits)
        return
    render_poster(source, probe, PosterSpec(), emit=ending.take)
    limits = replace(VIDEO_LIMITS, wall_s=PATIENCE_S)
    render_video(source, probe, films, emit=ending.take_file, limits=limits)
