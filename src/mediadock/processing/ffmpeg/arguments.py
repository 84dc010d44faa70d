"""FFmpeg's arguments for reading a source that nobody trusts. Source of the options: ffmpeg-formats, ffmpeg-protocols.

They must hold by themselves, without a sandbox around them; the tests try them so.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from mediadock.core.dimensions import FILM_MAX_SIDE, MAX_DURATION_S
from mediadock.processing.ffmpeg.formats import DECODERS

_MAX_PIXELS = FILM_MAX_SIDE * FILM_MAX_SIDE
_MAX_STREAMS = 64
_LARGEST_ALLOCATION = 512 * 1024 * 1024
_PROBE_BYTES = 5_000_000
_PROBE_US = 5_000_000
_SILENCE_US = 120_000_000
"""How long FFmpeg waits for a byte: longer than the source's own retries, which end it with a better reason."""

THREADS = str(min(4, os.cpu_count() or 1))

RULES: Mapping[str, str] = {
    "protocol_whitelist": "http,tcp",
    "codec_whitelist": DECODERS,
    "max_streams": str(_MAX_STREAMS),
    "probesize": str(_PROBE_BYTES),
    "analyzeduration": str(_PROBE_US),
}
"""What holds for libavformat wherever it runs."""


def global_arguments() -> list[str]:
    """What comes first: quiet, asking nobody, progress on descriptor 3."""
    return [
        *("-hide_banner", "-nostdin", "-v", "error", "-nostats", "-progress", "pipe:3", "-stats_period", "0.25"),
        *("-max_alloc", str(_LARGEST_ALLOCATION), "-filter_threads", THREADS, "-filter_complex_threads", THREADS),
    ]


def input_arguments(
    url: str, *, demuxer: str, start_s: float | None = None, most_s: float = MAX_DURATION_S
) -> list[str]:
    """The one input: ``url`` read by ``demuxer``, from ``start_s`` on and for at most ``most_s``."""
    rules = [part for name, value in RULES.items() for part in (f"-{name}", value)]
    reading = ("-max_redirects", "0", "-rw_timeout", str(_SILENCE_US), "-max_pixels", str(_MAX_PIXELS))
    start = () if start_s is None else ("-ss", f"{start_s:.3f}")
    form = ("-format_whitelist", demuxer, "-f", demuxer)
    return [*rules, *reading, *form, "-threads", THREADS, *start, "-t", str(most_s), "-i", url]


def output_arguments() -> list[str]:
    """What every published file has in common: nothing of the source's metadata, index in front."""
    nothing_of_theirs = ("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact")
    return [*nothing_of_theirs, "-movflags", "+faststart", "-f", "mp4"]
