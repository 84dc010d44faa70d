"""Sounds whose shape one can compute by hand, in every container that people send.

``samples`` are float32 in -1..1, one column a channel. ``sound(form, samples)`` is a file; ``SOUNDS`` names the forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from media.encoders import made_by_ffmpeg
from media.pictures import encoded, quarters

Samples = npt.NDArray[np.float32]
RATE = 44_100


def sine(seconds: float = 2.0, *, hz: float = 440.0, amplitude: float = 0.5, rate: int = RATE) -> Samples:
    """A tone of even loudness."""
    return (amplitude * np.sin(2 * np.pi * hz * _times(seconds, rate))).astype(np.float32)


def silence(seconds: float = 2.0, *, rate: int = RATE) -> Samples:
    """Nothing at all."""
    return np.zeros(round(seconds * rate), np.float32)


def click(seconds: float = 2.0, *, at: float = 1.0, amplitude: float = 0.9, rate: int = RATE) -> Samples:
    """Silence with one burst of 10 ms at second ``at``."""
    samples = silence(seconds, rate=rate)
    burst = sine(0.01, hz=1000.0, amplitude=amplitude, rate=rate)
    start = round(at * rate)
    samples[start : start + len(burst)] = burst
    return samples


def fade(seconds: float = 2.0, *, hz: float = 440.0, amplitude: float = 0.9, rate: int = RATE) -> Samples:
    """A tone that grows evenly from nothing to ``amplitude``."""
    times = _times(seconds, rate)
    return (sine(seconds, hz=hz, amplitude=amplitude, rate=rate) * times / max(seconds, 1e-9)).astype(np.float32)


def speech(seconds: float = 2.0, *, seed: int = 1, rate: int = RATE) -> Samples:
    """Noise in the band of a voice, in syllables of a quarter of a second with pauses between them."""
    times = _times(seconds, rate)
    noise = np.random.default_rng(seed).standard_normal(len(times))
    soft = np.convolve(noise, np.hanning(max(3, rate // 2000)), mode="same")
    syllables = np.clip(np.sin(2 * np.pi * 2.0 * times), 0, None)
    spoken = soft * syllables
    return (0.7 * spoken / max(float(np.abs(spoken).max(initial=0.0)), 1e-9)).astype(np.float32)


def stereo(left: Samples, right: Samples) -> Samples:
    """Two channels of one length."""
    return np.stack([left, right], axis=1)


@dataclass(frozen=True)
class SoundForm:
    """A container with its codec: the muxer's extension, the content type, what FFmpeg is told."""

    suffix: str
    content_type: str
    options: tuple[str, ...]
    rate: int | None = None
    """The only sample rate that this form has; ``None`` keeps that of the samples."""
    is_exact: bool = False
    """Whether the samples come out as they went in (to the form's number of bits)."""


SOUNDS: Mapping[str, SoundForm] = MappingProxyType(
    {
        "mp3": SoundForm("mp3", "audio/mpeg", ("-c:a", "libmp3lame", "-b:a", "128k", "-id3v2_version", "0")),
        "mp3 vbr": SoundForm("mp3", "audio/mpeg", ("-c:a", "libmp3lame", "-q:a", "4")),
        "mp3 without xing": SoundForm("mp3", "audio/mpeg", ("-c:a", "libmp3lame", "-b:a", "64k", "-write_xing", "0")),
        "m4a": SoundForm("m4a", "audio/mp4", ("-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart")),
        "m4a moov last": SoundForm("m4a", "audio/mp4", ("-c:a", "aac", "-b:a", "96k")),
        "m4a alac": SoundForm("m4a", "audio/mp4", ("-c:a", "alac"), is_exact=True),
        "aac": SoundForm("aac", "audio/aac", ("-c:a", "aac", "-b:a", "96k", "-f", "adts")),
        "ogg vorbis": SoundForm("ogg", "audio/ogg", ("-c:a", "libvorbis", "-q:a", "4")),
        "ogg opus": SoundForm("opus", "audio/ogg", ("-c:a", "libopus", "-b:a", "48k"), rate=48_000),
        "webm opus": SoundForm("webm", "audio/webm", ("-c:a", "libopus", "-b:a", "48k"), rate=48_000),
        "flac": SoundForm("flac", "audio/flac", ("-c:a", "flac"), is_exact=True),
        "ogg flac": SoundForm("oga", "audio/ogg", ("-c:a", "flac"), is_exact=True),
        "wav 8": SoundForm("wav", "audio/wav", ("-c:a", "pcm_u8")),
        "wav 16": SoundForm("wav", "audio/wav", ("-c:a", "pcm_s16le"), is_exact=True),
        "wav 24": SoundForm("wav", "audio/wav", ("-c:a", "pcm_s24le"), is_exact=True),
        "wav 32 float": SoundForm("wav", "audio/wav", ("-c:a", "pcm_f32le"), is_exact=True),
        "wav adpcm": SoundForm("wav", "audio/wav", ("-c:a", "adpcm_ima_wav")),
        "wav mu-law": SoundForm("wav", "audio/wav", ("-c:a", "pcm_mulaw")),
        "aiff": SoundForm("aiff", "audio/aiff", ("-c:a", "pcm_s16be"), is_exact=True),
        "amr": SoundForm("amr", "audio/amr", ("-c:a", "libopencore_amrnb", "-ac", "1"), rate=8_000),
        "3gp amr": SoundForm("3gp", "audio/3gpp", ("-c:a", "libopencore_amrnb", "-ac", "1"), rate=8_000),
        "3gp aac": SoundForm("3gp", "audio/3gpp", ("-c:a", "aac", "-b:a", "64k")),
    }
)


def sound(form: str, samples: Samples | None = None, *, rate: int = RATE, extra: tuple[str, ...] = ()) -> bytes:
    """``samples`` (a sine of two seconds when left out) in the form of that name; ``extra`` goes to FFmpeg's output."""
    made = SOUNDS[form]
    options = [*made.options, *(("-ar", str(made.rate)) if made.rate else ()), *extra]
    return _encoded(samples if samples is not None else sine(rate=rate), rate, *options, suffix=made.suffix)


def tagged_mp3(samples: Samples | None = None, *, title: str = "A song", cover: bytes = b"") -> bytes:
    """An MP3 with an ID3v2 tag and a cover picture in it; the cover is a PNG of four colours when left out."""
    plain = sound("mp3", samples)
    picture = cover or encoded(quarters(64, 64), "png")
    return made_by_ffmpeg(
        "-i", "{0}", "-i", "{1}", "-map", "0:a", "-map", "1:v", "-c", "copy", "-metadata", f"title={title}",
        "-metadata:s:v", "comment=Cover (front)", "-disposition:v", "attached_pic", "-id3v2_version", "3",
        suffix="mp3", inputs=(plain, picture),
    )  # fmt: skip


def amr_wideband(frames: int = 100) -> bytes:
    """AMR-WB whose every frame says "no speech", since no encoder of it is free: the decoder gives silence."""
    return b"#!AMR-WB\n" + b"\x7c" * frames


def _encoded(samples: Samples, rate: int, *options: str, suffix: str) -> bytes:
    columns = samples.reshape(len(samples), -1)
    raw = columns.astype("<f4").tobytes()
    source = ("-f", "f32le", "-ar", str(rate), "-ac", str(columns.shape[1]), "-i", "{0}")
    return made_by_ffmpeg(*source, *options, suffix=suffix, inputs=(raw,))


def _times(seconds: float, rate: int) -> npt.NDArray[np.float64]:
    return np.arange(round(seconds * rate)) / rate
