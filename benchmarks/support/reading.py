"""A job for the sandbox: FFmpeg reads its whole source, packet by packet, and keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping

from mediadock.processing.ffmpeg.arguments import global_arguments, input_arguments
from mediadock.processing.ffmpeg.run import run_ffmpeg
from mediadock.processing.sandbox.child import Parent

KEEPS_NOTHING = ("-map", "0", "-c", "copy", "-f", "null", "-")


def read_to_the_end(parent: Parent, params: Mapping[str, object]) -> dict[str, object]:
    """FFmpeg's exit code."""
    reading = input_arguments(parent.url, demuxer=str(params["demuxer"]))
    return {"code": run_ffmpeg(parent, [*global_arguments(), *reading, *KEEPS_NOTHING])}
