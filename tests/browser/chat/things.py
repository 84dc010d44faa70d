"""The files that people send each other: photos that look like photos, a film, a document, a lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from media.documents import Page, document
from media.films import film
from media.pictures import encoded
from stack.sending import DIRECT_UP_TO_BYTES

_A_PAGE = b"0.2 0.3 0.5 rg 60 640 360 40 re f 0.8 g " + b" ".join(b"60 %d 480 8 re f" % y for y in range(580, 60, -28))


@dataclass(frozen=True)
class Things:
    """Made when first asked for, in ``folder``."""

    folder: Path

    @cached_property
    def photo(self) -> Path:
        """1,600 by 1,067 pixels."""
        return self.save("harbour.jpg", landscape(1600, 1067, seed=1))

    @cached_property
    def other_photo(self) -> Path:
        """Held upright: 900 by 1,200 pixels."""
        return self.save("valley.jpg", landscape(900, 1200, seed=5))

    @cached_property
    def film(self) -> Path:
        """Above the direct threshold; browsers play it as it is, but we do not: it must be coded anew, for seconds."""
        grain, fine = "noise=alls=12:allf=t", ("-crf", "16")
        body = film(size=(640, 360), seconds=6.0, pixels="yuv444p", filters=grain, extra=fine)
        assert len(body) > DIRECT_UP_TO_BYTES
        return self.save("ferry.mp4", body)

    @cached_property
    def short_film(self) -> Path:
        """Two seconds, that are done in a moment."""
        return self.save("gulls.mp4", film())

    @cached_property
    def report(self) -> Path:
        """Two pages."""
        return self.save("timetable.pdf", document(Page(_A_PAGE), Page(_A_PAGE)))

    @cached_property
    def executable(self) -> Path:
        """A program that says that it is a photo."""
        return self.save("holiday.jpg", b"\x7fELF\x02\x01\x01" + bytes(9) + bytes(range(256)) * 64)

    def save(self, name: str, body: bytes) -> Path:
        """The same path for the same name."""
        path = self.folder / name
        path.write_bytes(body)
        return path


def landscape(width: int, height: int, *, seed: int) -> bytes:
    """Hills before an evening sky, as a JPEG."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / height
    sky, glow = np.array((92, 134, 190)), np.array((250, 205, 160))
    pixels = sky + (glow - sky) * np.clip(1.6 * y, 0, 1)[..., None]
    for layer in range(5):
        phase, steep = random.uniform(0, 6, 2), random.uniform(2, 5, 2)
        ridge = 0.45 + 0.1 * layer + 0.05 * np.sin(steep[0] * x + phase[0]) + 0.03 * np.sin(3 * steep[1] * x + phase[1])
        pixels[y > ridge] = np.array((70, 96, 110)) * (1 - 0.17 * layer) + random.uniform(-8, 8, 3)
    pixels += random.normal(0, 4, pixels.shape)
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))
    return encoded(picture, "jpeg")
