"""What goes into the audio pipeline and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass

from mediadock.core.profiles import AudioPreset, AudioVariant

M4A = "audio/mp4"

AudioSpec = AudioPreset
"""What to make of one sound; the preset of a profile says all of it."""


@dataclass(frozen=True)
class AudioOutput:
    """One M4A of ours, ``name`` as its variant's."""

    name: str
    content_type: str


@dataclass(frozen=True)
class AudioFacts:
    """Seconds of what was published, and the peaks of equal stretches of it, 0 to 100 of full scale."""

    duration_s: float
    waveform: tuple[int, ...]


__all__ = ["M4A", "AudioFacts", "AudioOutput", "AudioSpec", "AudioVariant"]
