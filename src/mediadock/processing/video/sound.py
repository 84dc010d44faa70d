"""FFmpeg's arguments for the sound of a film: AAC, two channels at most, in step with the pictures.

It is encoded anew also where the source has AAC: its frames may carry a stranger's bytes that no player plays.
"""

from __future__ import annotations

from mediadock.core.profiles import VideoVariant
from mediadock.processing.ffmpeg.probe import AudioStream

_LONGEST_HOLE_S = 600
_CD_FAMILY = frozenset({11_025, 22_050, 44_100, 88_200, 176_400})


def encoded_sound(audio: AudioStream, variant: VideoVariant) -> list[str]:
    """Holes are filled with silence, since players count samples and not timestamps.

    A hole of more than ten minutes is a broken clock: what follows it is left out, for filling it would take
    gigabytes and leaving it would put the sound out of step.
    """
    layout = "mono" if audio.channels == 1 else "stereo"
    rate = 44_100 if audio.sample_rate in _CD_FAMILY else 48_000
    filters = [
        f"aselect='st(0,max(ld(0),gt(t-prev_t,{_LONGEST_HOLE_S})));not(ld(0))'",
        f"aformat=channel_layouts={layout}",
        f"aresample={rate}:async=1:min_hard_comp=0.05",
        "aformat=sample_fmts=fltp",
    ]
    coding = ["-c:a", "aac", "-b:a", str(variant.audio_bit_rate), "-flags:a", "+bitexact"]
    return ["-map", f"0:{audio.index}", "-filter:a", ",".join(filters), *coding]
