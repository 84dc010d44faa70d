"""Films whose picture flashes and whose sound clicks at the same moments, so that a shift can be measured."""

from __future__ import annotations

import io

import av
import numpy as np

from media.encoders import made_by_ffmpeg

MOMENTS = (1.0, 3.0, 5.0, 7.0, 9.0)
_FLASH_S, _CLICK_S = 0.08, 0.01
_WEBM = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")
_MP4 = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-c:a", "aac")


def moments(
    *,
    container: str = "mkv",
    pictures: str = "1",
    sounds: str = "1",
    extra: tuple[str, ...] = (),
    seconds: float = 10.0,
) -> bytes:
    """Ten seconds that flash and click at ``MOMENTS``; only frames for which the expressions hold are in the file."""
    flashing = "+".join(f"between(t,{at - 0.001},{at + _FLASH_S - 0.001})" for at in MOMENTS)
    clicking = "+".join(f"between(t,{at},{at + _CLICK_S})" for at in MOMENTS)
    return made_by_ffmpeg(
        *("-f", "lavfi", "-i", f"color=black:s=160x90:r=25:d={seconds},drawbox=c=white:t=fill:enable='{flashing}'"),
        *("-f", "lavfi", "-i", f"aevalsrc='0.9*sin(2*PI*3000*t)*({clicking})':s=48000:d={seconds}:n=960"),
        *("-filter:v", f"select='{pictures}'", "-filter:a", f"aselect='{sounds}'", "-fps_mode", "vfr"),
        *(_MP4 if container == "mp4" else _WEBM), *extra,
        suffix=container,
    )  # fmt: skip


def flashes_of(body: bytes) -> list[float]:
    """Seconds at which a film turns bright."""
    found, before = [], 0.0
    with av.open(io.BytesIO(body)) as container:
        for frame in container.decode(video=0):
            brightness = float(frame.to_ndarray(format="gray").mean())
            if brightness > 128 >= before and frame.time is not None:
                found.append(frame.time)
            before = brightness
    return found


def clicks_of(body: bytes) -> list[float]:
    """Seconds at which it clicks after a pause, as a player hears it that counts samples from the first timestamp."""
    found: list[float] = []
    start: float | None = None
    heard = 0
    with av.open(io.BytesIO(body)) as container:
        for frame in container.decode(audio=0):
            start = frame.time if start is None else start
            loudness = np.abs(frame.to_ndarray().astype(np.float64)).max(axis=0)
            for at in np.nonzero(loudness > 0.3)[0]:
                second = (start or 0.0) + (heard + int(at)) / frame.sample_rate
                if not found or second - found[-1] > 2 * _CLICK_S + 0.3:
                    found.append(second)
            heard += frame.samples
    return found
