"""What was really made: a finished MP4, by its own head."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

_LEVEL_AT = 3  # of an AVCDecoderConfigurationRecord, ISO/IEC 14496-15


@dataclass(frozen=True)
class Finished:
    """Seconds, pixels, ten times the H.264 level, and whether there are pictures in it that no player shows."""

    duration_s: float
    width: int
    height: int
    level: int
    hides_pictures: bool


def read_finished(name: str) -> Finished | None:
    """The film in the file ``name`` of the working directory; None when there is none that plays."""
    if not Path(name).exists():
        return None
    try:
        with av.open(name, format="mov") as container:
            return _read(container)
    except (av.FFmpegError, ValueError, IndexError):
        return None


def _read(container: Any) -> Finished | None:  # noqa: ANN401 - an input of PyAV, which has no stubs for all
    streams = container.streams.video
    if not streams or not container.duration:
        return None
    context = streams[0].codec_context
    return Finished(
        duration_s=container.duration / av.time_base,
        width=context.width,
        height=context.height,
        level=context.extradata[_LEVEL_AT],
        hides_pictures=any(entry.is_discard for entry in streams[0].index_entries),
    )
