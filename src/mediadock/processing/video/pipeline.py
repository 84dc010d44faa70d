"""One film from bytes to MP4, inside the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mediadock.core.errors import ContentRejected
from mediadock.core.profiles import VideoVariant
from mediadock.processing.ffmpeg.run import run_ffmpeg
from mediadock.processing.sandbox.child import Parent
from mediadock.processing.video.command import TOO_MUCH_BROKEN, copying, encoding, file_name
from mediadock.processing.video.copying import MAX_LEVEL, may_copy_pictures
from mediadock.processing.video.finished import Finished, read_finished
from mediadock.processing.video.model import Film, film_of, variants_of

_ENOUGH = 0.9
"""Of the duration that the container claims: players are tolerant, so are we."""


def render(parent: Parent, params: Mapping[str, object]) -> dict[str, object]:
    """Copy what can be copied, encode the rest, hand over the files."""
    film, variants = film_of(params), variants_of(params)
    candidates = [variant for variant in variants if may_copy_pictures(film.demuxer, film.video, variant)]
    on_time = _progress(parent, film.duration_s)
    copied = _copied(parent, film, candidates, on_time)
    encoded = _encoded(parent, film, [variant for variant in variants if variant.name not in copied], on_time)
    files = {**copied, **encoded}
    for variant in variants:
        file = files[variant.name]
        parent.emit_file({"name": variant.name, "width": file.width, "height": file.height}, file_name(variant))
    first = files[variants[0].name]
    parent.progress(100)
    return {
        "duration_s": first.duration_s,
        "width": first.width,
        "height": first.height,
        "copied": sorted(copied),
    }


def _copied(
    parent: Parent, film: Film, variants: Sequence[VideoVariant], on_time: Callable[[float], None]
) -> dict[str, Finished]:
    """Copies by name; none when anything about them is odd, for an encoder makes a film of much that players refuse."""
    if not variants:
        return {}
    code = run_ffmpeg(parent, copying(parent.url, film, variants), on_time=on_time)
    copied: dict[str, Finished] = {}
    for variant in variants:
        file = read_finished(file_name(variant))
        if code == 0 and file is not None and _is_whole(file, film):
            copied[variant.name] = file
        else:
            Path(file_name(variant)).unlink(missing_ok=True)
    return copied


def _is_whole(copy: Finished, film: Film) -> bool:
    """Whether it is the film and no more: who trims one may leave the rest in it, with a list of what to show."""
    return (
        not copy.hides_pictures
        and copy.level <= MAX_LEVEL
        and (copy.width, copy.height) == (film.video.width, film.video.height)
        and copy.duration_s >= _ENOUGH * (film.duration_s or 0)
    )


def _encoded(
    parent: Parent, film: Film, variants: Sequence[VideoVariant], on_time: Callable[[float], None]
) -> dict[str, Finished]:
    """Encoded films by name; ContentRejected ``corrupt`` when too little of the source can be shown."""
    if not variants:
        return {}
    code = run_ffmpeg(parent, encoding(parent.url, film, variants), on_time=on_time)
    files: dict[str, Finished] = {}
    for variant in variants:
        file = read_finished(file_name(variant))
        if file is None or (code != 0 and film.duration_s is None):
            raise ContentRejected("corrupt", "This film is damaged and cannot be played.", log=f"ffmpeg: {code}")
        if code == TOO_MUCH_BROKEN or file.duration_s < _ENOUGH * (film.duration_s or 0):
            raise ContentRejected(
                "corrupt",
                "Most of this film is missing or damaged.",
                log=f"{file.duration_s:.2f} of {film.duration_s} s, ffmpeg: {code}",
            )
        files[variant.name] = file
    return files


def _progress(parent: Parent, duration_s: float | None) -> Callable[[float], None]:
    """Seconds of output to percents that only rise; where nobody knows the duration, the worker counts bytes."""
    highest = 0.0
    parent.progress(0)

    def on_time(seconds: float) -> None:
        nonlocal highest
        highest = max(highest, min(99.0, seconds / duration_s * 100)) if duration_s else 0.0
        parent.progress(highest)

    return on_time
