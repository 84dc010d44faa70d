"""What goes into the video pipelines and what comes out of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mediadock.core.profiles import VideoPreset, VideoVariant
from mediadock.processing.ffmpeg.probe import AudioStream, VideoStream

MP4 = "video/mp4"

VideoSpec = VideoPreset
"""What to make of one film; the preset of a profile says all of it. The first variant is the film itself."""

PosterSpec = VideoPreset
"""Which pictures to make of one film, by the same preset."""


@dataclass(frozen=True)
class VideoOutput:
    """One MP4 of ours, ``name`` as its variant's, ``width`` and ``height`` of its pictures."""

    name: str
    content_type: str
    width: int
    height: int


@dataclass(frozen=True)
class VideoFacts:
    """Seconds and pixels of the first variant; ``copied`` names the variants whose pictures are the source's own."""

    duration_s: float
    width: int
    height: int
    copied: frozenset[str]


@dataclass(frozen=True)
class PosterFacts:
    """Pixels of the film that will be published, by its first variant, and a ThumbHash in base64."""

    width: int
    height: int
    placeholder: str


@dataclass(frozen=True)
class Film:
    """What the inside of the sandbox is told of a source: its probe, with pictures for certain."""

    demuxer: str
    duration_s: float | None
    video: VideoStream
    audio: AudioStream | None


def film_of(params: Mapping[str, object]) -> Film:
    """The film as it came over the wire."""
    video, audio = params["video"], params["audio"]
    assert isinstance(video, dict)
    streams = {"video": VideoStream(**video), "audio": AudioStream(**audio) if isinstance(audio, dict) else None}
    return Film(**{"demuxer": params["demuxer"], "duration_s": params["duration_s"], **streams})  # type: ignore[arg-type]  # our own parent wrote it


def variants_of(params: Mapping[str, object]) -> tuple[VideoVariant, ...]:
    """The variants as they came over the wire."""
    variants = params["variants"]
    assert isinstance(variants, list)
    return tuple(VideoVariant(**variant) for variant in variants)
