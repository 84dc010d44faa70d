"""Films of four coloured quarters with a grey square that moves, in every container that people send.

``film(...)`` makes one from its parts; ``FILMS`` names the ones that must work, each a call without arguments.
Seen upright the quarters lie as in ``media.pictures``: red, green, blue, white.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from PIL import Image

from media.encoders import made_by_ffmpeg
from media.pictures import QUARTERS, encoded, quarters
from media.sounds import sine, sound

PLACE = "+52.5200+013.4050/"
TITLE_MARKER = "MARKER-7f3a-title-of-a-film"

_CODECS = {
    "h264": ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "28"),
    "hevc": ("-c:v", "libx265", "-preset", "ultrafast", "-crf", "30", "-x265-params", "log-level=none:pools=1"),
    "vp8": ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k"),
    "vp9": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k"),
    "av1": ("-c:v", "libsvtav1", "-preset", "12", "-crf", "50", "-svtav1-params", "lp=1"),
    "mpeg4": ("-c:v", "mpeg4", "-q:v", "6"),
    "mpeg1": ("-c:v", "mpeg1video", "-q:v", "6"),
    "mpeg2": ("-c:v", "mpeg2video", "-q:v", "6"),
    "mjpeg": ("-c:v", "mjpeg", "-q:v", "6", "-pix_fmt", "yuvj420p"),
    "h263": ("-c:v", "h263", "-q:v", "6"),
    "theora": ("-c:v", "libtheora", "-q:v", "5"),
    "prores": ("-c:v", "prores_ks", "-profile:v", "0"),
    "png": ("-c:v", "png"),
}
_SOUNDS = {
    "aac": ("-c:a", "aac", "-b:a", "64k"),
    "opus": ("-c:a", "libopus", "-b:a", "48k"),
    "vorbis": ("-c:a", "libvorbis", "-q:a", "3"),
    "mp3": ("-c:a", "libmp3lame", "-b:a", "64k"),
    "mp2": ("-c:a", "mp2", "-b:a", "96k"),
    "pcm": ("-c:a", "pcm_s16le"),
    "amr": ("-c:a", "libopencore_amrnb", "-ar", "8000", "-ac", "1"),
    "ac3": ("-c:a", "ac3", "-b:a", "128k"),
}
_HD_LINES = 720  # from here on players expect BT.709
_TURNS = {0: "null", 90: "transpose=cclock", 180: "hflip,vflip", 270: "transpose=clock"}


def film(
    *,
    codec: str = "h264",
    container: str = "mp4",
    size: tuple[int, int] = (320, 180),
    seconds: float = 2.0,
    rate: float = 25,
    audio: str | None = "aac",
    pixels: str = "yuv420p",
    filters: str = "null",
    extra: tuple[str, ...] = (),
) -> bytes:
    """One film with a tone in it, or silent (``audio=None``); ``extra`` goes to FFmpeg's output, ``filters`` last."""
    tone = ("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=44100:duration={seconds}") if audio else ()
    coded = () if "-pix_fmt" in _CODECS[codec] else ("-pix_fmt", pixels)
    if size[1] >= _HD_LINES:
        filters += f",scale=out_color_matrix=bt709,format={pixels}"
    return made_by_ffmpeg(
        "-f", "lavfi", "-i", f"{_moving_quarters(*size, rate)},{filters}", *tone, "-t", str(seconds),
        *_CODECS[codec], *coded, *(_SOUNDS[audio] if audio else ()), *extra,
        suffix=container,
    )  # fmt: skip


def turned(degrees: int, *, container: str = "mov", size: tuple[int, int] = (320, 180)) -> bytes:
    """A film of a phone held sideways: stored turned, with a display matrix that turns it ``degrees`` clockwise.

    ``size`` is what a person sees.
    """
    stored = film(size=size, filters=_TURNS[degrees])
    return remuxed(stored, container=container, before=("-display_rotation:v:0", str(-degrees)))


def remuxed(
    body: bytes, *others: bytes, container: str, before: tuple[str, ...] = (), extra: tuple[str, ...] = ()
) -> bytes:
    """The streams of ``body`` as they are, in another container; ``{1}`` … in ``extra`` are the files of ``others``."""
    return made_by_ffmpeg(*before, "-i", "{0}", "-c", "copy", *extra, suffix=container, inputs=(body, *others))


def variable_rate(*, seconds: float = 2.0) -> bytes:
    """A film whose second half has a fifth of the frames of the first."""
    half = seconds / 2
    return film(seconds=seconds, filters=f"select='lt(t,{half})+not(mod(n,5))'", extra=("-fps_mode", "vfr"))


def tagged(*, container: str = "mp4", marker: str = TITLE_MARKER) -> bytes:
    """A film that tells where it was made, by what, and ``marker`` in four fields and a chapter."""
    chapters = f";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle={marker}\n".encode()
    tags = {
        "title": marker,
        "comment": marker,
        "artist": marker,
        "location": PLACE,
        "make": "Mediaphone",
        "copyright": marker,
    }
    pairs = tuple(word for name, value in tags.items() for word in ("-metadata", f"{name}={value}"))
    return made_by_ffmpeg(
        "-i", "{0}", "-f", "ffmetadata", "-i", "{1}", "-map", "0", "-map_chapters", "1", "-c", "copy", *pairs,
        suffix=container, inputs=(film(), chapters),
    )  # fmt: skip


def with_subtitles(*, container: str = "mkv", marker: str = TITLE_MARKER) -> bytes:
    """A film with a subtitle track that shows ``marker``; in an MKV also with an attached file that holds it."""
    subtitles = f"1\n00:00:00,000 --> 00:00:01,500\n{marker}\n".encode()
    codec = {"mkv": "srt", "webm": "webvtt"}.get(container, "mov_text")
    attached = ("-attach", "{2}", "-metadata:s:t", "mimetype=text/html", "-metadata:s:t", "filename=a.html")
    return made_by_ffmpeg(
        "-i", "{0}", "-f", "srt", "-i", "{1}", *(attached if container == "mkv" else ()),
        "-map", "0", "-map", "1", "-c", "copy", "-c:s", codec,
        suffix=container, inputs=(film(), subtitles, f"<html>{marker}</html>".encode()),
    )  # fmt: skip


def with_timecode() -> bytes:
    """A MOV with a data stream beside picture and sound: the timecode track of a camera."""
    return film(container="mov", extra=("-timecode", "01:02:03:04"))


def with_cover(*, container: str = "mp4") -> bytes:
    """A film with a still picture attached as its cover, which is no second film."""
    cover = encoded(quarters(64, 64), "png")
    mapped = ("-map", "0", "-map", "1", "-disposition:v:1", "attached_pic")
    return made_by_ffmpeg("-i", "{0}", "-i", "{1}", *mapped, "-c", "copy", suffix=container, inputs=(film(), cover))


def sound_in_a_film() -> bytes:
    """An MP4 without pictures: a sound by its bytes, whatever it is called."""
    return remuxed(sound("m4a", sine()), container="mp4")


def moving_gif(*, size: tuple[int, int] = (160, 90), seconds: float = 1.0) -> bytes:
    """An animated GIF, as a person sends one for a film."""
    return made_by_ffmpeg("-f", "lavfi", "-i", _moving_quarters(*size, 10), "-t", str(seconds), suffix="gif")


_PQ, _HLG = (
    f"format=yuv420p10le,setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc"
    for transfer in ("smpte2084", "arib-std-b67")
)
_HVC1 = ("-tag:v", "hvc1")
_FAST_START = ("-movflags", "+faststart")
_FRAGMENTED = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof")

FILMS: Mapping[str, Callable[[], bytes]] = MappingProxyType(
    {
        "mp4 moov first": partial(film, extra=_FAST_START),
        "mp4 moov last": partial(film),
        "mp4 fragmented": partial(film, extra=_FRAGMENTED),
        "mp4 silent": partial(film, audio=None, extra=_FAST_START),
        "mp4 odd sides": partial(film, size=(321, 179), pixels="yuv444p"),
        "mp4 wide pixels": partial(film, size=(180, 180), filters="setsar=16/9"),
        "mp4 variable rate": variable_rate,
        "mp4 240 a second": partial(film, rate=240, seconds=1.0, size=(160, 90)),
        "mp4 4K": partial(film, size=(3840, 2160), seconds=0.4),
        "mp4 4:4:4": partial(film, pixels="yuv444p"),
        "mp4 4:2:2": partial(film, pixels="yuv422p"),
        "mp4 interlaced": partial(film, filters="interlace", extra=("-x264opts", "tff=1")),
        "mp4 mpeg4": partial(film, codec="mpeg4"),
        "mp4 av1": partial(film, codec="av1"),
        "mp4 PQ": partial(film, codec="hevc", pixels="yuv420p10le", filters=_PQ, extra=_HVC1),
        "mp4 HLG": partial(film, codec="hevc", pixels="yuv420p10le", filters=_HLG, extra=_HVC1),
        "mp4 tagged": tagged,
        "mp4 with subtitles": partial(with_subtitles, container="mp4"),
        "mp4 with cover": with_cover,
        "mov turned 90": partial(turned, 90),
        "mov turned 180": partial(turned, 180),
        "mov turned 270": partial(turned, 270),
        "mov prores": partial(film, codec="prores", container="mov", pixels="yuv422p10le", seconds=1.0, audio="pcm"),
        "mov tagged": partial(tagged, container="mov"),
        "mov with timecode": with_timecode,
        "webm vp8": partial(film, codec="vp8", container="webm", audio="vorbis"),
        "webm vp9": partial(film, codec="vp9", container="webm", audio="opus"),
        "webm av1": partial(film, codec="av1", container="webm", audio="opus"),
        "mkv h264": partial(film, container="mkv"),
        "mkv hevc 10 bit": partial(film, codec="hevc", container="mkv", pixels="yuv420p10le"),
        "mkv with subtitles": with_subtitles,
        "avi mpeg4": partial(film, codec="mpeg4", container="avi", audio="mp3"),
        "avi mjpeg": partial(film, codec="mjpeg", container="avi", audio="pcm"),
        "3gp h263 amr": partial(film, codec="h263", container="3gp", size=(176, 144), audio="amr"),
        "mpeg-ts": partial(film, container="ts"),
        "mpeg-ts hevc": partial(film, codec="hevc", container="ts"),
        "mpeg": partial(film, codec="mpeg2", container="mpg", audio="mp2"),
        "mpeg interlaced": partial(
            film, codec="mpeg2", container="mpg", audio="mp2", filters="interlace", extra=("-flags", "+ildct+ilme")
        ),
        "ogg theora": partial(film, codec="theora", container="ogv", audio="vorbis"),
        "gif": moving_gif,
    }
)
"""Every film that must work, by name; two seconds long where the name or the maker does not say otherwise."""

_CONTENT_TYPES = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "mkv": "video/x-matroska",
    "avi": "video/x-msvideo",
    "3gp": "video/3gpp",
    "mpeg-ts": "video/mp2t",
    "mpeg": "video/mpeg",
    "ogg": "video/ogg",
    "gif": "image/gif",
}


def content_type_of(name: str) -> str:
    """The content type of a film of ``FILMS``, which the first word of its name tells."""
    return _CONTENT_TYPES[name.split()[0]]


def frame_at(body: bytes, second: float = 0.0) -> Image.Image:
    """One picture of a film as a player shows it: turned upright, pixels square."""
    png = made_by_ffmpeg(
        "-ss", str(second), "-i", "{0}", "-frames:v", "1", "-vf", "scale=iw*sar:ih,setsar=1", "-update", "1",
        suffix="png", inputs=(body,),
    )  # fmt: skip
    return Image.open(io.BytesIO(png)).convert("RGB")


def corners_of(picture: Image.Image) -> tuple[tuple[int, ...], ...]:
    """The colours near the four corners, in the order of ``pictures.QUARTERS``."""
    found = []
    for y in (0.12, 0.88):
        for x in (0.12, 0.88):
            pixel = picture.getpixel((int(picture.width * x), int(picture.height * y)))
            assert isinstance(pixel, tuple)
            found.append(pixel[:3])
    return tuple(found)


def _moving_quarters(width: int, height: int, rate: float) -> str:
    """The filter graph of the picture: boxes on a ground, and a grey square that crosses the middle."""
    colours = ["0x{:02x}{:02x}{:02x}".format(*colour) for colour in QUARTERS]
    boxes = ",".join(
        f"drawbox=x={x}:y={y}:w={width}:h={height}:color={colour}:t=fill"
        for colour, (x, y) in zip(colours[1:3], ((width // 2, 0), (0, height // 2)), strict=True)
    )
    last = f"drawbox=x={width // 2}:y={height // 2}:w={width}:h={height}:color={colours[3]}:t=fill"
    side = max(2, height // 8)
    return (
        f"color=c={colours[0]}:s={width}x{height}:r={rate},format=rgb24,{boxes},{last}[ground];"
        f"color=c=gray:s={side}x{side}:r={rate},format=rgb24[square];"
        f"[ground][square]overlay=x='mod(t*{width // 4},{width})':y={(height - side) // 2}:format=rgb"
    )
