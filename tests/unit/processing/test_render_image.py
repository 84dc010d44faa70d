"""Thumbnails and display versions of sound pictures."""

from __future__ import annotations

import base64
import io

import numpy as np
import pillow_heif
import pytest
import pyvips
import thumbhash
from PIL import Image

from media.pictures import QUARTERS, animation, colour_at, corners, encoded, flat, is_near, photo_like, quarters
from media.rendering import NAMES, render
from media.tags import EXIF_MARKER, xmp_of

STILL = ("jpeg", "png", "webp", "avif", "heic", "gif", "tiff")
TURNING = ("jpeg", "png", "webp", "avif", "heic", "tiff")  # GIF has no orientation


@pytest.mark.parametrize("form", STILL)
def test_every_format_gives_every_size_smallest_first(form: str) -> None:
    rendered = render(encoded(quarters(3000, 2000), form))
    assert tuple(output.name for output in rendered.outputs) == NAMES
    sizes = [(output.width, output.height) for output in rendered.outputs]
    assert sizes == [(96, 96), (240, 160), (480, 320), (960, 640), (2048, 1365)]
    assert (rendered.facts.width, rendered.facts.height, rendered.facts.frames) == (3000, 2000, 1)
    assert rendered.facts.content_type == f"image/{form}"
    for output in rendered.outputs:
        assert output.content_type == "image/webp"
        assert Image.open(io.BytesIO(output.body)).size == (output.width, output.height)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", TURNING)
def test_pictures_come_out_upright(form: str, orientation: int) -> None:
    rendered = render(encoded(quarters(320, 200), form, orientation=orientation))
    assert (rendered.facts.width, rendered.facts.height) == (320, 200)
    for output in rendered.outputs:
        if output.name != "96":
            assert output.width > output.height
        for found, wanted in zip(corners(output.body), QUARTERS, strict=True):
            assert is_near(found, wanted), (output.name, found, wanted)


def test_orientation_in_xmp_alone_is_ignored() -> None:
    body = io.BytesIO()
    quarters(320, 200).save(body, "JPEG", xmp=xmp_of(orientation=6))
    assert render(body.getvalue())["240"].width == 240


@pytest.mark.parametrize("form", STILL)
def test_nothing_of_place_or_person_leaves(form: str) -> None:
    body = encoded(quarters(320, 200), form, orientation=6 if form != "gif" else 1, gps=True)
    assert EXIF_MARKER in body
    for output in render(body).outputs:
        for trace in (EXIF_MARKER, b"Exif", b"EXIF", b"XMP", b"xmp", b"ICCP", b"GPS", b"Canon", b"2024:05:01"):
            assert trace not in output.body, (output.name, trace)
        fields = pyvips.Image.new_from_buffer(output.body, "").get_fields()
        assert not [field for field in fields if field.startswith(("exif", "xmp", "icc", "iptc"))]


@pytest.mark.parametrize(
    ("mode", "form"),
    [
        *(("CMYK", form) for form in ("jpeg", "tiff")),
        *(("L", form) for form in ("jpeg", "png")),
        *(("RGBA", form) for form in ("png", "webp", "avif", "heic")),
        *(("P", form) for form in ("png", "gif")),
        *(("1", form) for form in ("png", "tiff")),
        ("LA", "png"),
        ("I;16", "png"),
    ],
)
def test_every_kind_of_pixel_is_understood(mode: str, form: str) -> None:
    rendered = render(
        encoded(quarters(320, 200, mode="L").convert("I;16") if mode == "I;16" else quarters(mode=mode), form)
    )
    assert len(rendered.outputs) == 5
    if mode in ("RGBA", "P"):
        for found, wanted in zip(corners(rendered["240"].body), QUARTERS, strict=True):
            assert is_near(found, wanted)
    if mode == "CMYK":  # inks are not lights: the colours are recognisable, no more
        red, green, blue, white = corners(rendered["240"].body)
        assert [max(range(3), key=colour.__getitem__) for colour in (red, green, blue)] == [0, 1, 2]
        assert min(white) > 220


def test_sixteen_bits_keep_their_brightness() -> None:
    pixels = (np.full((100, 100, 3), 200, np.uint16) * 257).tobytes()
    deep = pyvips.Image.new_from_memory(pixels, 100, 100, 3, "ushort").copy(interpretation="rgb16")
    for form in (".png", ".tif"):
        assert is_near(colour_at(render(deep.write_to_buffer(form))["96"].body, 0.5, 0.5), (200, 200, 200), tolerance=4)


def test_transparency_stays() -> None:
    clear = Image.new("RGBA", (300, 300), (255, 0, 0, 0))
    out = Image.open(io.BytesIO(render(encoded(clear, "png"))["240"].body))
    assert out.mode == "RGBA"
    assert out.getpixel((100, 100))[3] == 0


@pytest.mark.parametrize("form", ["heic", "avif"])
def test_colours_that_are_stored_as_dark_as_they_are_transparent_come_out_bright(form: str) -> None:
    half = Image.new("RGBA", (300, 200), (200, 100, 50, 128))
    body = io.BytesIO()
    if form == "avif":
        half.save(body, format="AVIF", alpha_premultiplied=True)
    else:
        pillow_heif.from_bytes("RGBa", half.size, half.convert("RGBa").tobytes()).save(body)
    red, green, blue, alpha = Image.open(io.BytesIO(render(body.getvalue())["240"].body)).getpixel((120, 80))
    assert is_near((red, green, blue), (200, 100, 50), tolerance=10)
    assert alpha == pytest.approx(128, abs=4)


def test_a_wide_gamut_profile_is_converted() -> None:
    """Pure green of Display P3 lies outside sRGB: without conversion it would read as its raw numbers."""
    raw = flat(400, 300) * 0 + [60, 180, 75]
    wide = raw.cast("uchar").copy(interpretation="srgb").icc_transform("p3", input_profile="srgb", depth=8)
    body = wide.pngsave_buffer(profile="p3")
    stored = pyvips.Image.new_from_buffer(body, "")(10, 10)
    assert not is_near(tuple(map(int, stored)), (60, 180, 75), tolerance=8)
    assert is_near(colour_at(render(body)["240"].body, 0.5, 0.5), (60, 180, 75), tolerance=8)


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1, 1, {"96": (1, 1), "240": (1, 1), "2048": (1, 1)}),
        (2, 1, {"96": (1, 1), "240": (2, 1), "2048": (2, 1)}),
        (95, 200, {"96": (95, 95), "240": (95, 200), "2048": (95, 200)}),
        (96, 96, {"96": (96, 96), "240": (96, 96), "2048": (96, 96)}),
        (97, 97, {"96": (96, 96), "240": (97, 97)}),
        (240, 240, {"240": (240, 240), "480": (240, 240)}),
        (241, 241, {"240": (240, 240), "480": (241, 241)}),
        (2048, 100, {"2048": (2048, 100), "96": (96, 96)}),
        (2049, 2049, {"2048": (2048, 2048)}),
        (9000, 3, {"2048": (2048, 1), "240": (240, 1), "96": (3, 3)}),
        (3, 9000, {"2048": (1, 2048), "96": (3, 3)}),
        (12000, 300, {"2048": (2048, 51), "96": (96, 96)}),
    ],
)
def test_nothing_is_upscaled_and_every_name_is_given(
    width: int, height: int, expected: dict[str, tuple[int, int]]
) -> None:
    rendered = render(encoded(quarters(width, height), "png"))
    assert tuple(output.name for output in rendered.outputs) == NAMES
    assert {name: (rendered[name].width, rendered[name].height) for name in expected} == expected


def test_the_square_is_the_middle() -> None:
    picture = Image.new("RGB", (900, 300), (255, 0, 0))
    picture.paste((0, 0, 255), (300, 0, 600, 300))
    body = render(encoded(picture, "png"))["96"].body
    assert all(is_near(colour_at(body, x, 0.5), (0, 0, 255)) for x in (0.05, 0.5, 0.95))


@pytest.mark.parametrize("form", ["gif", "webp"])
def test_animations_stay_animated_in_the_display_version(form: str) -> None:
    rendered = render(animation(form, frames=5, delay_ms=80))
    display = Image.open(io.BytesIO(rendered["2048"].body))
    assert (display.n_frames, display.size) == (5, (120, 80))
    display.seek(3)
    display.load()
    assert display.info["duration"] in (80, 240, 320)
    assert rendered.facts.frames == 5
    for name in NAMES[:-1]:
        assert getattr(Image.open(io.BytesIO(rendered[name].body)), "n_frames", 1) == 1


def test_a_large_animation_is_shrunk_frame_by_frame() -> None:
    rendered = render(animation("gif", frames=3, width=2400, height=1200))
    display = Image.open(io.BytesIO(rendered["2048"].body))
    assert (display.n_frames, display.size) == (3, (2048, 1024))
    assert (rendered["2048"].width, rendered["2048"].height) == (2048, 1024)


def test_animation_can_be_declined() -> None:
    rendered = render(animation("gif"), animate_display=False)
    assert Image.open(io.BytesIO(rendered["2048"].body)).n_frames == 1


def test_an_animated_png_becomes_a_still() -> None:
    rendered = render(animation("png"))
    assert Image.open(io.BytesIO(rendered["2048"].body)).n_frames == 1
    assert rendered.facts.frames == 1


@pytest.mark.parametrize(("width", "height"), [(320, 200), (1, 1), (3000, 20), (50, 400)])
def test_the_placeholder_is_a_thumbhash_of_the_picture(width: int, height: int) -> None:
    hash_ = base64.b64decode(render(encoded(quarters(width, height), "png")).facts.placeholder)
    assert 5 <= len(hash_) <= 40
    ratio = thumbhash.thumb_hash_to_approximate_aspect_ratio(hash_)
    assert (ratio > 1) == (width > height) or width == height


def test_a_progressive_photo_is_a_photo() -> None:
    assert len(render(encoded(quarters(800, 600), "jpeg", progressive=True)).outputs) == 5


def test_bytes_behind_the_picture_are_harmless_and_stay_behind() -> None:
    body = photo_like(800, 600) + b"<?php MARKER ?>" * 50
    assert all(b"MARKER" not in output.body for output in render(body).outputs)


def test_a_file_above_64_mebibytes_is_read_by_ranges() -> None:
    body = flat(6000, 4200).tiffsave_buffer()
    assert len(body) > 64 * 1024 * 1024
    assert len(render(body).outputs) == 5
