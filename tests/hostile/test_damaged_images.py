"""Pictures that are cut short, scrambled, or something else entirely."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PIL import Image

from media.pictures import animation, encoded, photo_like, quarters
from media.rendering import NAMES, Rendered, render
from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.processing.image import ImageSpec, render_image
from mediadock.processing.source import MemorySource

FORMS = ("jpeg", "png", "webp", "avif", "heic", "gif", "tiff")
NOISE = Image.effect_noise((400, 300), 90).convert("RGB")


def outcome(body: bytes) -> Rendered | str:
    """What came of it: the outputs, or the code of the refusal. Anything else is a failure of ours."""
    try:
        return render(body)
    except ContentRejected as refusal:
        return refusal.code


@contextmanager
def refused_only_as(codes: set[str]) -> Iterator[None]:
    """No error, or one of ours with one of these codes."""
    try:
        yield
    except (ContentRejected, ProcessingFailed) as error:
        if error.code not in codes:
            raise


@pytest.mark.parametrize("form", [*FORMS, "progressive"])
def test_a_picture_that_is_cut_short_is_corrupt(form: str) -> None:
    body = encoded(NOISE, "jpeg", progressive=True) if form == "progressive" else encoded(NOISE, form)
    for share in (0.05, 0.2, 0.5, 0.8, 0.95, 0.99):
        assert outcome(body[: int(len(body) * share)]) == "corrupt", (form, share)
    assert outcome(body[:-20]) == "corrupt"


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_with_a_hole_of_zeros_never_breaks_us(form: str) -> None:
    body = encoded(NOISE, form)
    for start in (40, len(body) // 2, len(body) - 2000):
        holed = body[:start] + b"\0" * 1000 + body[start + 1000 :]
        assert outcome(holed) in ("corrupt", "type_mismatch", "image_too_large") or isinstance(outcome(holed), Rendered)


def test_a_photo_that_lost_its_middle_is_corrupt() -> None:
    body = photo_like(1600, 1200)
    middle = len(body) // 2
    assert outcome(body[:middle] + body[middle + len(body) // 5 :]) == "corrupt"


@pytest.mark.parametrize("form", FORMS)
def test_random_changes_give_a_picture_or_a_refusal(form: str) -> None:
    body = encoded(quarters(200, 150), form)
    random_ = random.Random(20)
    allowed = {"corrupt", "type_mismatch", "image_too_large", "decoder_crashed", "out_of_memory", "timeout"}
    for _ in range(25):
        changed = bytearray(body)
        for _ in range(random_.choice((1, 3, 30))):
            changed[random_.randrange(12, len(changed))] = random_.randrange(256)
        with refused_only_as(allowed):
            render_image(MemorySource(bytes(changed)), ImageSpec(content_type=f"image/{form}"), emit=lambda _: None)


@pytest.mark.parametrize("content_type", [f"image/{form}" for form in FORMS])
def test_noise_under_a_good_name_is_corrupt(content_type: str) -> None:
    for size in (0, 1, 100, 100_000):
        with pytest.raises(ContentRejected) as refusal:
            render_image(
                MemorySource(random.Random(size).randbytes(size)),
                ImageSpec(content_type=content_type),
                emit=lambda _: None,
            )
        assert refusal.value.code == "corrupt"


def test_the_decoder_must_agree_with_the_head() -> None:
    with pytest.raises(ContentRejected) as refusal:
        render_image(
            MemorySource(encoded(quarters(), "png")), ImageSpec(content_type="image/jpeg"), emit=lambda _: None
        )
    assert refusal.value.code == "type_mismatch"


@pytest.mark.parametrize("form", ["gif", "webp"])
def test_an_animation_whose_later_frames_break_becomes_a_still(form: str) -> None:
    body = animation(form, frames=6, width=300, height=200)
    cut = render(body[: int(len(body) * 0.6)])
    assert tuple(output.name for output in cut.outputs) == NAMES
    assert b"ANMF" not in cut["2048"].body


@pytest.mark.parametrize("form", ["gif", "webp"])
def test_an_animation_whose_first_frame_breaks_is_corrupt(form: str) -> None:
    body = animation(form, frames=2, width=300, height=200)
    for kept in (60, 100):
        assert outcome(body[:kept]) == "corrupt"


UNWANTED = {
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><image href="file:///etc/passwd"/></svg>',
    "MVG": b"push graphic-context\nviewbox 0 0 640 480\nfill 'url(https://127.0.0.1/x)'\npop graphic-context",
    "MSL": b'<?xml version="1.0"?><image><read filename="/etc/passwd"/></image>',
    "XBM": b"#define x_width 16\n#define x_height 16\nstatic char x_bits[] = { 0x00 };",
    "PPM": b"P6 2 2 255\n" + b"\0" * 12,
    "PFM": b"PF\n2 2\n-1.0\n" + b"\0" * 48,
    "Radiance": b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 2\n" + b"\0" * 16,
    "FITS": b"SIMPLE  =                    T".ljust(2880),
    "vips": b"\xb6\xa6\xf2\x08" + b"\0" * 100,
    "vips, other order": b"\x08\xf2\xa6\xb6" + b"\0" * 100,
    "CSV": b"1,2,3\n4,5,6\n",
    "PSD": b"8BPS\0\x01" + b"\0" * 6 + b"\0\x03\0\0\0\x10\0\0\0\x10\0\x08\0\x03" + b"\0" * 100,
    "PDF": b"%PDF-1.4\n1 0 obj<<>>endobj",
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    "JPEG XL": b"\xff\x0a\xfa\x7f\x01\x90\x08\x06\x01",
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ",
    "OpenEXR": b"\x76\x2f\x31\x01\x02\0\0\0",
    "BMP": encoded(quarters(8, 8), "bmp"),
    "DICOM": b"\0" * 128 + b"DICM",
    "Matlab": b"MATLAB 5.0 MAT-file".ljust(128),
    "UltraHDR text": b"ultrahdr",
}


@pytest.mark.parametrize("body", UNWANTED.values(), ids=UNWANTED)
def test_no_other_decoder_can_be_reached(body: bytes) -> None:
    for content_type in ("image/jpeg", "image/tiff", "image/svg+xml"):
        with pytest.raises(ContentRejected) as refusal:
            render_image(MemorySource(body), ImageSpec(content_type=content_type), emit=lambda _: None)
        assert refusal.value.code == "corrupt"
