"""Probe: what streams a container holds, before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mediadock.core.dimensions import FILM_MAX_SIDE, MAX_DURATION_S
from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.processing.ffmpeg.formats import demuxer_of
from mediadock.processing.limits import Limits
from mediadock.processing.sandbox import Job, run_job
from mediadock.processing.source import Source

_ENTRY = "mediadock.processing.ffmpeg.probing:probe"
_LIMITS = Limits(wall_s=45.0, cpu_s=40)
_HEAD_BYTES = 16


@dataclass(frozen=True)
class VideoStream:
    """Moving pictures. ``width`` and ``height`` are as coded, before ``sample_aspect`` and ``rotation``.

    ``rotation`` is counter-clockwise degrees that the pictures must be turned by to stand upright, as FFmpeg counts.
    ``transfer``, ``matrix`` and ``primaries`` are numbers of ITU-T H.273; 2 is unspecified.
    """

    index: int
    codec: str
    profile: str
    pixel_format: str
    width: int
    height: int
    sample_aspect: float
    rotation: int
    transfer: int
    frame_rate: float
    interlaced: bool
    matrix: int
    mirrored: bool
    primaries: int = 2


@dataclass(frozen=True)
class AudioStream:
    """Sound."""

    index: int
    codec: str
    profile: str
    channels: int
    sample_rate: int


@dataclass(frozen=True)
class Probe:
    """The first moving pictures and the first sound of a file; ``duration_s`` is None where nothing tells it."""

    demuxer: str
    duration_s: float | None
    video: VideoStream | None
    audio: AudioStream | None

    def wall_s(self, most_s: float) -> float:
        """How long a job on this may take: twice its length and a minute, and never more than ``most_s``."""
        return most_s if self.duration_s is None else min(most_s, 2 * self.duration_s + 60)


def probe_media(source: Source, *, content_type: str) -> Probe:
    """What ``source`` holds, by the demuxer of its detected type and, for pictures, a first decoded frame.

    ContentRejected ``corrupt`` when nothing in it can be played, ``encrypted``, ``too_long`` beyond twelve hours,
    ``video_too_large`` beyond 8,192 pixels a side; ProcessingFailed as ``run_job``.
    """
    demuxer = demuxer_of(content_type, source.read(0, _HEAD_BYTES))
    report = run_job(Job(entry=_ENTRY, params={"demuxer": demuxer}), source, limits=_LIMITS, on_output=lambda _: None)
    probe = _probe_of(report.result, demuxer)
    if probe.video is None and probe.audio is None:
        raise ContentRejected("corrupt", "There is neither sound nor moving pictures in this file.")
    if probe.duration_s is not None and probe.duration_s > MAX_DURATION_S:
        raise ContentRejected("too_long", "This file plays longer than twelve hours, which is not accepted.")
    if probe.video is not None and max(probe.video.width, probe.video.height) > FILM_MAX_SIDE:
        raise ContentRejected(
            "video_too_large", f"The pictures of this film are larger than {FILM_MAX_SIDE:,} pixels a side."
        )
    return probe


def _probe_of(result: Mapping[str, object], demuxer: str) -> Probe:
    """Facts of the right form; the child that found them is not believed further than that."""
    try:
        duration = result["duration_s"]
        return Probe(
            demuxer=demuxer,
            duration_s=None if duration is None else _number(duration),
            video=_video(result["video"]),
            audio=_audio(result["audio"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ProcessingFailed(
            "decoder_crashed", "Processing broke while reading this file.", log=f"a probe of the wrong form: {error!r}"
        ) from error


def _video(found: object) -> VideoStream | None:
    if found is None:
        return None
    assert isinstance(found, dict)
    return VideoStream(
        index=int(found["index"]),
        codec=str(found["codec"]),
        profile=str(found["profile"]),
        pixel_format=str(found["pixel_format"]),
        width=int(found["width"]),
        height=int(found["height"]),
        sample_aspect=_number(found["sample_aspect"]),
        rotation=int(found["rotation"]),
        transfer=int(found["transfer"]),
        frame_rate=_number(found["frame_rate"]),
        interlaced=bool(found["interlaced"]),
        matrix=int(found["matrix"]),
        mirrored=bool(found["mirrored"]),
        primaries=int(found["primaries"]),
    )


def _audio(found: object) -> AudioStream | None:
    if found is None:
        return None
    assert isinstance(found, dict)
    return AudioStream(
        index=int(found["index"]),
        codec=str(found["codec"]),
        profile=str(found["profile"]),
        channels=int(found["channels"]),
        sample_rate=int(found["sample_rate"]),
    )


def _number(value: object) -> float:
    number = float(str(value))
    if not 0 <= number < 1e12:
        raise ValueError(f"{number} is no quantity")
    return number
