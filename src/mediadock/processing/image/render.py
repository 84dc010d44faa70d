"""Render one picture: the worker's side, which sees no pixel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

from mediadock.core.errors import ProcessingFailed
from mediadock.processing.image.model import WEBP, ImageFacts, ImageSpec, Output
from mediadock.processing.limits import IMAGE_LIMITS, Limits
from mediadock.processing.sandbox import Frame, Job, run_job
from mediadock.processing.source import Source

_ENTRY = "mediadock.processing.image.pipeline:render"


def render_image(
    source: Source, spec: ImageSpec, *, emit: Callable[[Output], None], limits: Limits = IMAGE_LIMITS
) -> ImageFacts:
    """Thumbnails and display version of ``source``, each given to ``emit`` as soon as it is encoded, smallest first.

    ContentRejected ``corrupt``, ``image_too_large``, ``type_mismatch``; ProcessingFailed ``timeout``,
    ``out_of_memory``, ``decoder_crashed``. Errors of ``source`` and ``emit`` go through. An error may follow
    outputs that were already emitted: publish nothing before this returns.
    """
    missing = {str(size) for size in (spec.square, *spec.sizes, spec.display)}

    def on_output(frame: Frame) -> None:
        output = _checked(frame)
        if output.name not in missing:
            raise ProcessingFailed("decoder_crashed", _BROKEN, log=f"nobody asked for {output.name!r}")
        missing.discard(output.name)
        emit(output)

    report = run_job(Job(entry=_ENTRY, params=asdict(spec)), source, limits=limits, on_output=on_output)
    if missing:
        raise ProcessingFailed("decoder_crashed", _BROKEN, log=f"never made: {sorted(missing)}")
    return _facts(report.result, spec.content_type)


_BROKEN = "Processing broke while reading this picture."


def _checked(frame: Frame) -> Output:
    """An output that is what it must be: the child decodes strangers' bytes and is not believed."""
    body = frame.body
    if body[:4] != b"RIFF" or body[8:12] != b"WEBP" or int.from_bytes(body[4:8], "little") + 8 != len(body):
        raise ProcessingFailed("decoder_crashed", _BROKEN, log="an output that is no WebP")
    return Output(
        name=frame.text("name", longest=16),
        content_type=WEBP,
        width=frame.number("width"),
        height=frame.number("height"),
        body=body,
    )


def _facts(result: Mapping[str, object], content_type: str) -> ImageFacts:
    width, height, frames, hash_ = (result.get(name) for name in ("width", "height", "frames", "placeholder"))
    if isinstance(width, int) and isinstance(height, int) and isinstance(frames, int) and isinstance(hash_, str):
        return ImageFacts(width=width, height=height, content_type=content_type, placeholder=hash_[:64], frames=frames)
    raise ProcessingFailed("decoder_crashed", _BROKEN, log="facts of the wrong form")
