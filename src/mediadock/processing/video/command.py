"""FFmpeg's arguments for one film: one source, read and decoded once, to all of its variants."""

from __future__ import annotations

from collections.abc import Sequence

from mediadock.core.profiles import VideoVariant
from mediadock.processing.ffmpeg.arguments import THREADS, global_arguments, input_arguments, output_arguments
from mediadock.processing.ffmpeg.probe import VideoStream
from mediadock.processing.video.copying import KEPT_UNITS
from mediadock.processing.video.fitting import fitted_size
from mediadock.processing.video.graph import FASTEST, film_graph
from mediadock.processing.video.model import Film
from mediadock.processing.video.sound import encoded_sound

_MOST_BROKEN = 0.1
_MOST_BROKEN_OF_A_PIECE = 0.5
"""Where no duration is told, as in a broadcast that was cut anywhere: all before its first key frame is lost."""

TOO_MUCH_BROKEN = 69
"""What FFmpeg ends with when more than that share of the packets could not be decoded."""

_FULL_HD = 1920 * 1088
_SHORT_LOOK = ":rc-lookahead=4:sync-lookahead=0"
"""For larger pictures, each of which x264 keeps in 60 MB: a child may have a gibibyte."""

_TICKS = "1:120000"
"""Fine enough for any frame's time, and a whole number of ticks for each of the usual rates."""

_TO_ITS_END = (
    "setts=pts=PTS:dts=DTS:duration='st(0,max(ld(0),PTS+DURATION));"
    "if(eq(NEXT_PTS,NOPTS),max(DURATION,ld(0)-STARTPTS-DTS+STARTDTS),DURATION)'"
)
"""The packet that is coded last lasts until the picture that is shown last has ended, which may be another one: an MP4
ends where its packets do, and a recording of a screen on which nothing moves ends with one long picture."""


def encoding(url: str, film: Film, variants: Sequence[VideoVariant]) -> list[str]:
    """Decode, and encode every variant."""
    sizes = [fitted_size(film.video, variant) for variant in variants]
    outputs: list[str] = []
    for number, (variant, size) in enumerate(zip(variants, sizes, strict=True)):
        outputs += [
            "-map",
            f"[v{number}]",
            *_pictures(film.video, variant, size),
            *_sound(film, variant),
            *_file(variant),
        ]
    return [*_reading(url, film), "-filter_complex", film_graph(film.video, sizes), *outputs]


def copying(url: str, film: Film, variants: Sequence[VideoVariant]) -> list[str]:
    """Copy the pictures to every variant; decode the key frames only, to see that there is a film in them.

    FFmpeg complains, and ends with something else than 0, when they change their size.
    """
    stream = f"0:{film.video.index}"
    outputs: list[str] = []
    for variant in variants:
        pictures = ["-map", stream, "-c:v", "copy", "-bsf:v", KEPT_UNITS]
        outputs += [*pictures, *_sound(film, variant), *_file(variant)]
    same = f"eq(iw,{film.video.width})*eq(ih,{film.video.height})"
    looking = ["-map", stream, "-filter:v", f"crop=w='if({same},iw,-1)':h=ih", "-fps_mode", "passthrough"]
    return [*_reading(url, film, "-skip_frame", "nokey"), *outputs, *looking, "-f", "null", "-"]


def file_name(variant: VideoVariant) -> str:
    """Where FFmpeg puts this variant."""
    return f"{variant.name}.mp4"


def _reading(url: str, film: Film, *options: str) -> list[str]:
    reading = input_arguments(url, demuxer=film.demuxer)
    most_broken = _MOST_BROKEN_OF_A_PIECE if film.duration_s is None else _MOST_BROKEN
    return [*global_arguments(), "-max_error_rate", str(most_broken), *options, *reading]


def _pictures(video: VideoStream, variant: VideoVariant, size: tuple[int, int]) -> list[str]:
    rate = variant.max_bit_rate
    ahead = _SHORT_LOOK if size[0] * size[1] > _FULL_HD else ""
    frames = min(video.frame_rate or FASTEST, FASTEST)  # x264 takes the level from it, not what is really shown
    return [
        *("-c:v", "libx264", "-preset", variant.speed, "-crf", str(variant.crf), "-profile:v", "high"),
        *("-maxrate", str(rate), "-bufsize", str(2 * rate), "-threads:v", THREADS, "-a53cc", "0"),
        *("-x264-params", f"fps={round(frames * 1000)}/1000{ahead}"),
        *("-fps_mode", "vfr", "-enc_time_base:v", _TICKS, "-bsf:v", f"{KEPT_UNITS},{_TO_ITS_END}"),
        *("-metadata:s:v", "encoder="),
    ]


def _sound(film: Film, variant: VideoVariant) -> list[str]:
    if film.audio is None:
        return []
    return encoded_sound(film.audio, variant)


def _file(variant: VideoVariant) -> list[str]:
    return [*output_arguments(), file_name(variant)]
