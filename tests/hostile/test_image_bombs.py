"""Pictures that would take the machine down: refused by their header, or decoded in bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import pytest

from media import bombs
from media.pictures import animation, encoded, quarters
from media.rendering import render
from media.spent import processor_time_s
from mediadock.core.errors import ContentRejected
from mediadock.processing import sandbox
from mediadock.processing.image import ImageSpec
from mediadock.processing.image.pixels import Header, check_pixels
from mediadock.processing.limits import GIB, IMAGE_LIMITS
from mediadock.processing.sandbox import Job, run_job
from mediadock.processing.sniff import sniff
from mediadock.processing.source import MemorySource

REFUSED: dict[str, Callable[[], bytes]] = {
    "PNG 50,000 x 50,000 of one bit": lambda: bombs.png_of(50_000, 50_000, bits=1),
    "PNG 20,000 x 20,000": lambda: bombs.png_of(20_000, 20_000),
    "PNG 20,000 x 20,000 interlaced": lambda: bombs.png_of(20_000, 20_000, interlaced=True),
    "PNG 8,000 x 8,000 interlaced": lambda: bombs.png_of(8_000, 8_000, interlaced=True),
    "PNG of 2,000,000,000 a side": lambda: bombs.png_of(2_000_000_000, 2_000_000_000),
    "JPEG 8,000 x 8,000 progressive": lambda: bombs.jpeg_of(8_000, 8_000, progressive=True),
    "JPEG 40,000 x 100": lambda: bombs.jpeg_of(40_000, 100),
    "AVIF 8,192 x 8,192": lambda: bombs.avif_of(8_192),
    "WebP 16,383 x 16,383": lambda: bombs.webp_claiming(16_383),
    "GIF of 250 frames of a megapixel": lambda: bombs.gif_of(1_000, 1_000, frames=250),
}
DECODED: dict[str, Callable[[], bytes]] = {
    "PNG 10,000 x 10,000": lambda: bytes(bombs.flat(10_000, 10_000).pngsave_buffer()),
    "PNG 10,000 x 10,000, 16-bit RGBA": lambda: bombs.deep_png_of(10_000),
    "PNG 7,071 x 7,071 interlaced RGBA": lambda: bombs.interlaced_png_of(7_071, bands=4),
    "JPEG 16,000 x 16,000 baseline": lambda: bombs.jpeg_of(16_000, 16_000),
    "JPEG 7,071 x 7,071 progressive": lambda: bombs.jpeg_of(7_071, 7_071, progressive=True),
    "AVIF 7,071 x 7,071": lambda: bombs.avif_of(7_071),
    "HEIC 7,071 x 7,071": lambda: bombs.heic_of(7_071),
    "WebP 10,000 x 10,000": lambda: bombs.webp_of(10_000),
    "TIFF 10,000 x 10,000 RGBA": lambda: bombs.tiff_of(10_000, bands=4),
    "GIF 10,000 x 10,000": lambda: bombs.gif_of(10_000, 10_000),
    "GIF of 190 frames of a megapixel": lambda: bombs.gif_of(1_000, 1_000, frames=190),
}


def peak_rss_bytes(body: bytes) -> int:
    """The kernel's own account of the child that rendered this file."""
    spec = ImageSpec(content_type=sniff(body[:4096], size_bytes=len(body)).content_type)
    job = Job(entry="mediadock.processing.image.pipeline:render", params=asdict(spec))
    return run_job(job, MemorySource(body), limits=IMAGE_LIMITS, on_output=lambda _: None).peak_rss_bytes


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_a_bomb_is_refused_by_its_header(make: Callable[[], bytes]) -> None:
    body = make()
    sandbox.warm()
    before_s = processor_time_s()
    with pytest.raises(ContentRejected) as refusal:
        render(body)
    assert refusal.value.code in ("image_too_large", "corrupt")
    assert processor_time_s() - before_s < 0.3, "a hundredth is a look at a header, a whole second a decoding"


@pytest.mark.slow
@pytest.mark.parametrize("make", DECODED.values(), ids=DECODED)
def test_the_largest_that_is_accepted_stays_below_a_gibibyte(make: Callable[[], bytes]) -> None:
    assert 20_000_000 < peak_rss_bytes(make()) < GIB


@pytest.mark.parametrize(
    ("header", "fits"),
    [
        (Header("image/png", 32_768, 1), True),
        (Header("image/png", 32_769, 1), False),
        (Header("image/png", 1, 32_769), False),
        (Header("image/png", 10_000, 10_000), True),
        (Header("image/png", 10_000, 10_001), False),
        (Header("image/webp", 10_000, 10_001), False),
        (Header("image/tiff", 10_001, 10_000), False),
        (Header("image/jpeg", 16_000, 16_000), True),
        (Header("image/jpeg", 16_000, 16_001), False),
        (Header("image/jpeg", 10_000, 5_000, interlaced=True), True),
        (Header("image/jpeg", 10_000, 5_001, interlaced=True), False),
        (Header("image/png", 10_000, 5_001, interlaced=True), False),
        (Header("image/avif", 10_000, 5_000), True),
        (Header("image/avif", 10_000, 5_001), False),
        (Header("image/heic", 10_000, 5_001), False),
        (Header("image/heif", 10_000, 5_001), False),
        (Header("image/gif", 1_000, 1_000, frames=200), True),
        (Header("image/gif", 1_000, 1_000, frames=201), False),
        (Header("image/webp", 10_000, 10_000, frames=2), True),
        (Header("image/webp", 10_000, 10_000, frames=3), False),
    ],
    ids=str,
)
def test_the_bounds_are_exact(header: Header, fits: bool) -> None:
    if fits:
        check_pixels(header)
        return
    with pytest.raises(ContentRejected) as refusal:
        check_pixels(header)
    assert refusal.value.code == "image_too_large"
    assert str(header.width) in refusal.value.detail


def test_ordinary_pictures_take_little() -> None:
    assert peak_rss_bytes(encoded(quarters(4000, 3000), "jpeg")) < GIB // 4
    assert peak_rss_bytes(animation("gif", frames=20)) < GIB // 4
