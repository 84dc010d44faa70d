"""Which FFmpeg runs: the pinned one of the wheel, or the one that ``IMAGEIO_FFMPEG_EXE`` names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import imageio_ffmpeg  # type: ignore[import-untyped]


@cache
def ffmpeg_path() -> str:
    """The absolute path of the executable. RuntimeError, from the wheel, where there is none."""
    return str(Path(imageio_ffmpeg.get_ffmpeg_exe()).resolve())
