"""The small valid files that are then damaged: every container once, a second long, a few kilobytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from media.films import film, moving_gif
from media.hostile.model import File
from media.pictures import animation, encoded, quarters
from media.sounds import SOUNDS, sine, sound, tagged_mp3

SIZE = (128, 72)
_SECONDS = 1.0


def _film(**changes: object) -> bytes:
    return film(**{"size": SIZE, "seconds": _SECONDS, "rate": 10, **changes})


@cache
def plain_mp4() -> bytes:
    """H.264 and AAC with the ``moov`` at the end: boxes in it can grow without moving a sample."""
    return _film()


@cache
def fragmented_mp4() -> bytes:
    """The same in fragments, one for every group of pictures."""
    return _film(extra=("-g", "3", "-movflags", "+frag_keyframe+empty_moov+default_base_moof"))


FILMS: Mapping[str, tuple[Callable[[], bytes], str]] = MappingProxyType(
    {
        "mp4": (plain_mp4, "video/mp4"),
        "mp4 moov first": (lambda: _film(extra=("-movflags", "+faststart")), "video/mp4"),
        "mp4 fragmented": (fragmented_mp4, "video/mp4"),
        "mov": (lambda: _film(container="mov", audio="pcm"), "video/quicktime"),
        "webm vp8": (lambda: _film(codec="vp8", container="webm", audio="vorbis"), "video/webm"),
        "webm vp9": (lambda: _film(codec="vp9", container="webm", audio="opus"), "video/webm"),
        "mkv hevc": (lambda: _film(codec="hevc", container="mkv"), "video/x-matroska"),
        "mkv av1": (lambda: _film(codec="av1", container="mkv"), "video/x-matroska"),
        "avi mpeg4": (lambda: _film(codec="mpeg4", container="avi", audio="mp3"), "video/x-msvideo"),
        "avi mjpeg": (lambda: _film(codec="mjpeg", container="avi", audio="pcm"), "video/x-msvideo"),
        "3gp": (lambda: _film(codec="h263", container="3gp", audio="amr", size=(128, 96)), "video/3gpp"),
        "ts": (lambda: _film(container="ts"), "video/mp2t"),
        "mpeg": (lambda: _film(codec="mpeg2", container="mpg", audio="mp2", rate=25), "video/mpeg"),
        "ogg": (lambda: _film(codec="theora", container="ogv", audio="vorbis"), "video/ogg"),
        "gif": (lambda: moving_gif(size=SIZE, seconds=_SECONDS), "image/gif"),
    }
)


def _sound(form: str) -> Callable[[], bytes]:
    return lambda: sound(form, sine(_SECONDS))


SOUND_FILES: Mapping[str, tuple[Callable[[], bytes], str]] = MappingProxyType(
    {form: (_sound(form), made.content_type) for form, made in SOUNDS.items()}
    | {"mp3 tagged": (lambda: tagged_mp3(sine(_SECONDS)), "audio/mpeg")}
)

PICTURES: Mapping[str, tuple[Callable[[], bytes], str]] = MappingProxyType(
    {
        form: ((lambda form=form: encoded(quarters(), form)), f"image/{form}")
        for form in ("jpeg", "png", "webp", "avif", "heic", "gif", "tiff")
    }
    | {"animated webp": (lambda: animation("webp"), "image/webp"), "apng": (lambda: animation("png"), "image/png")}
)

EVERY: Mapping[str, tuple[Callable[[], bytes], str]] = MappingProxyType({**FILMS, **SOUND_FILES})


def valid(name: str) -> File:
    """The valid film, sound or picture of that name."""
    make, content_type = {**EVERY, **PICTURES}[name]
    return make(), content_type
