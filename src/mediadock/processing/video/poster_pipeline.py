"""The poster of one film, inside the sandbox: one frame that shows something, as pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyvips  # type: ignore[import-untyped]

from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.processing.ffmpeg.arguments import global_arguments, input_arguments
from mediadock.processing.ffmpeg.run import run_ffmpeg
from mediadock.processing.image.encode import encode
from mediadock.processing.image.model import ImageSpec
from mediadock.processing.image.placeholder import placeholder
from mediadock.processing.image.shapes import cascade, square_from
from mediadock.processing.sandbox.child import Parent
from mediadock.processing.video.fitting import fit_longest, upright_size
from mediadock.processing.video.graph import in_sdr
from mediadock.processing.video.model import Film, film_of

_USUAL_S = 1.0
_LATER_S = (10.0, 30.0)
_TENTH, _THIRD = 0.1, 1 / 3
_PLAIN = 8.0
"""Standard deviation of grey, of 255, below which a picture is called uniform: black, white, a fade."""

_CPU_S = 20
_RGB_BYTES = 3


def render(parent: Parent, params: Mapping[str, object]) -> dict[str, object]:
    """Find a frame and hand over the pictures, smallest first."""
    film, square_side, sizes = film_of(params), params["square"], params["sizes"]
    assert isinstance(square_side, int)
    assert isinstance(sizes, list)
    size = fit_longest(*upright_size(film.video), longest=max(sizes), shortest=square_side)
    frame = _telling_frame(parent, film, size)
    thumbnails = {side: _even(picture) for side, picture in cascade(frame, sizes).items()}
    square = square_from((*thumbnails.values(), frame), min(square_side, *size))
    encoding = ImageSpec(content_type="video/mp4")
    for side, picture in ((square_side, square), *sorted(thumbnails.items())):
        output = encode(picture, side, encoding)
        parent.emit({"name": output.name, "width": output.width, "height": output.height}, output.body)
    return {"placeholder": placeholder(next(reversed(thumbnails.values()), frame))}


def _telling_frame(parent: Parent, film: Film, size: tuple[int, int]) -> pyvips.Image:
    """The first of a few places whose frame is not uniform, or the least uniform of them."""
    found: list[tuple[float, pyvips.Image]] = []
    for start_s in _places(film.duration_s):
        try:
            frame = _frame_at(parent, film, size, start_s)
        except ProcessingFailed:
            if not found:
                raise
            break  # too far from a key frame, say: what was seen before is a poster too
        if frame is None:
            continue
        variety = float(frame.colourspace("b-w").deviate())
        if variety > _PLAIN:
            return frame
        found.append((variety, frame))
    frame = _frame_at(parent, film, size, None) if not found else max(found, key=lambda one: one[0])[1]
    if frame is None:
        raise ContentRejected("corrupt", "This film is damaged and cannot be played.", log="no frame")
    return frame


def _places(duration_s: float | None) -> Iterator[float]:
    """Seconds at which to look, the usual one first."""
    if duration_s is None:
        yield from (_USUAL_S, *_LATER_S)
    else:
        yield min(_USUAL_S, duration_s * _TENTH)
        yield min(_LATER_S[0], duration_s * _THIRD)
        yield min(_LATER_S[1], duration_s * 2 * _THIRD)


def _frame_at(parent: Parent, film: Film, size: tuple[int, int], start_s: float | None) -> pyvips.Image | None:
    """One frame as it would be in the film, in RGB; None when nothing can be decoded there."""
    width, height = size
    pixels = bytearray()
    filters = ",".join((*in_sdr(film.video, size), "format=rgb24"))
    arguments = [
        *global_arguments(),
        *input_arguments(parent.url, demuxer=film.demuxer, start_s=start_s),
        *("-map", f"0:{film.video.index}", "-filter:v", filters, "-frames:v", "1", "-f", "rawvideo", "pipe:1"),
    ]
    run_ffmpeg(parent, arguments, on_data=pixels.extend, cpu_s=_CPU_S)
    if len(pixels) != width * height * _RGB_BYTES:
        return None
    image = pyvips.Image.new_from_memory(bytes(pixels), width, height, _RGB_BYTES, "uchar")
    return image.copy(interpretation="srgb")


def _even(picture: pyvips.Image) -> pyvips.Image:
    """Without the odd row or column that shrinking may leave."""
    return picture.crop(0, 0, max(1, picture.width // 2 * 2), max(1, picture.height // 2 * 2))
