"""Render a film through the public doors, keep what came out, and look at it frame by frame."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from media.films import FILMS
from mediadock.core.profiles import VideoPreset, VideoVariant
from mediadock.processing.ffmpeg import Probe, probe_media
from mediadock.processing.image import Output
from mediadock.processing.limits import VIDEO_LIMITS, Limits
from mediadock.processing.sniff import sniff
from mediadock.processing.source import MemorySource
from mediadock.processing.video import PosterFacts, VideoFacts, VideoOutput, render_poster, render_video

ENCODED = VideoPreset(variants=(VideoVariant(may_copy=False),))
"""The usual preset where nothing is copied."""


@dataclass(frozen=True)
class Watched:
    """Facts, the variants with their files, and the percents in the order in which they were told."""

    facts: VideoFacts
    outputs: tuple[tuple[VideoOutput, bytes], ...]
    percents: tuple[int, ...]

    @property
    def film(self) -> bytes:
        """The file of the first variant."""
        return self.outputs[0][1]


@dataclass(frozen=True)
class Poster:
    """Facts, and the pictures in the order in which they came."""

    facts: PosterFacts
    pictures: tuple[Output, ...]


def probed(body: bytes) -> Probe:
    """What a film holds, by its bytes."""
    return probe_media(MemorySource(body), content_type=sniff(body[:4096], size_bytes=len(body)).content_type)


def watch(body: bytes, preset: VideoPreset | None = None, *, limits: Limits = VIDEO_LIMITS) -> Watched:
    """Sniff, probe and render a whole film."""
    outputs: list[tuple[VideoOutput, bytes]] = []
    percents: list[int] = []
    facts = render_video(
        MemorySource(body),
        probed(body),
        preset or VideoPreset(),
        emit=lambda output, file: outputs.append((output, file.read())),
        on_progress=percents.append,
        limits=limits,
    )
    return Watched(facts, tuple(outputs), tuple(percents))


@cache
def watch_as_usual(name: str) -> Watched:
    """A film of ``FILMS`` by the usual preset, rendered once for all tests that look at what comes of it."""
    return watch(FILMS[name]())


def poster_of(body: bytes, preset: VideoPreset | None = None) -> Poster:
    """Sniff and probe a film, and render its poster."""
    pictures: list[Output] = []
    facts = render_poster(MemorySource(body), probed(body), preset or VideoPreset(), emit=pictures.append)
    return Poster(facts, tuple(pictures))


def described(body: bytes) -> dict[str, Any]:
    """The streams of an MP4 by libavformat; ``level`` is ten times H.264's."""
    with av.open(io.BytesIO(body)) as container:
        (video,) = container.streams.video
        context = video.codec_context
        first = next(container.decode(video=0))
        found: dict[str, Any] = {
            "streams": [stream.type for stream in container.streams],
            "codec": (context.name, context.profile, first.format.name),
            "size": (first.width, first.height),
            "square": (video.sample_aspect_ratio or 1) == 1,
            "rotation": first.rotation,
            "level": (context.extradata or b"\0\0\0\0")[3],
            "frames": video.frames,
            "seconds": (container.duration or 0) / av.time_base,
            "metadata": {**container.metadata, **video.metadata},
            "chapters": container.chapters(),
        }
        for audio in container.streams.audio:
            sound = audio.codec_context
            found["sound"] = (sound.name, audio.profile, sound.channels, sound.sample_rate)
            found["metadata"] |= audio.metadata
        return found


def packets_of(body: bytes) -> list[bytes]:
    """The coded pictures of a film, one after the other."""
    with av.open(io.BytesIO(body)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def times_of(body: bytes) -> list[float]:
    """When each picture is shown, in seconds, sorted."""
    with av.open(io.BytesIO(body)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.pts is not None]
        return sorted(float(packet.pts * packet.time_base) for packet in packets)


def luma_of(body: bytes) -> npt.NDArray[np.uint8]:
    """The brightness of the first frame as coded, rows of columns."""
    with av.open(io.BytesIO(body)) as container:
        frame = next(container.decode(video=0))
        plane = frame.planes[0]
        rows = np.frombuffer(plane, dtype=np.uint8).reshape(-1, plane.line_size)
        return rows[: frame.height, : frame.width]


def units_of(packet: bytes) -> list[int]:
    """The types of the H.264 units in a packet of an MP4 (lengths of four bytes)."""
    types, at = [], 0
    while at < len(packet):
        types.append(packet[at + 4] & 31)
        at += 4 + int.from_bytes(packet[at : at + 4], "big")
    return types
