"""Sounds: AAC in M4A and a waveform, from one pass over the source."""

from mediadock.processing.audio.model import AudioFacts, AudioOutput, AudioSpec
from mediadock.processing.audio.render import render_audio

__all__ = ["AudioFacts", "AudioOutput", "AudioSpec", "render_audio"]
