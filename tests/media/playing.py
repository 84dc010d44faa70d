"""Play what was published: its samples, its streams, its boxes."""

from __future__ import annotations

import io
import subprocess
import tempfile
from dataclasses import dataclass, field
from itertools import pairwise

import av
import numpy as np
import numpy.typing as npt

from media.encoders import ffmpeg_program
from mediadock.core.profiles import AudioPreset
from mediadock.processing.audio import AudioFacts, render_audio
from mediadock.processing.ffmpeg import probe_media
from mediadock.processing.limits import AUDIO_LIMITS, Limits
from mediadock.processing.seekable import SeekableSource
from mediadock.processing.sniff import sniff
from mediadock.processing.source import MemorySource


@dataclass(frozen=True)
class Heard:
    """Facts, the files by variant, and the percents in the order in which they were told."""

    facts: AudioFacts
    files: dict[str, bytes]
    percents: list[int] = field(default_factory=list)


def hear(body: bytes, preset: AudioPreset | None = None, *, limits: Limits = AUDIO_LIMITS) -> Heard:
    """Sniff, probe and render a whole sound."""
    content_type = sniff(body[:4096], size_bytes=len(body)).content_type
    source = SeekableSource(MemorySource(body))
    files: dict[str, bytes] = {}
    percents: list[int] = []
    facts = render_audio(
        source,
        probe_media(source, content_type=content_type),
        preset or AudioPreset(),
        emit=lambda output, file: files.__setitem__(output.name, file.read()),
        on_progress=percents.append,
        limits=limits,
    )
    return Heard(facts, files, percents)


def samples_of(body: bytes, *, channels: int = 1, rate: int = 44_100) -> npt.NDArray[np.int16]:
    """What a player hears, by FFmpeg: one column a channel where there are several."""
    form = ("-f", "s16le", "-ac", str(channels), "-ar", str(rate))
    with tempfile.NamedTemporaryFile() as file:  # a pipe cannot be sought in, and FFmpeg reads fewer samples from it
        file.write(body)
        file.flush()
        argv = [ffmpeg_program(), "-v", "error", "-i", file.name, *form, "pipe:1"]
        raw = subprocess.run(argv, capture_output=True, check=True, timeout=120).stdout
    samples = np.frombuffer(raw, dtype="<i2")
    return samples if channels == 1 else samples.reshape(-1, channels)


def peaks_of(samples: npt.NDArray[np.int16], bars: int = 100) -> list[int]:
    """The definition of a waveform: the largest distance from zero in each of ``bars`` equal stretches, of 100."""
    bounds = np.arange(bars + 1) * len(samples) // bars
    distances = np.abs(samples.astype(np.int32))
    tops = [distances[start:end].max() for start, end in pairwise(bounds)]
    return [round(int(top) * 100 / 32768) for top in tops]


def boxes_of(body: bytes) -> list[str]:
    """The names of an MP4's outermost boxes, in order."""
    names, at = [], 0
    while at + 8 <= len(body):
        names.append(body[at + 4 : at + 8].decode("latin-1"))
        at += max(8, int.from_bytes(body[at : at + 4], "big"))
    return names


def stream_of(body: bytes, kind: str = "audio") -> dict[str, object]:
    """What the first stream of a kind is, by libavformat."""
    with av.open(io.BytesIO(body)) as container:
        streams = container.streams.audio if kind == "audio" else container.streams.video
        assert len(container.streams.audio) <= 1
        stream = streams[0]
        seconds = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
        found: dict[str, object] = {"codec": stream.codec_context.name, "profile": stream.profile, "seconds": seconds}
        if kind == "audio":
            found |= {"channels": stream.codec_context.channels, "rate": stream.codec_context.sample_rate}
        return found | {"metadata": dict(container.metadata), "bit_rate": stream.codec_context.bit_rate}
