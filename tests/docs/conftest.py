"""What the pages' sessions need: a server with the demo users, a folder with three pictures and a film."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from media.films import film
from stack.here import cannot_run

PICTURES = ("beach.jpg", "dunes.jpg", "pier.jpg")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A reader's folder, with pictures in it, of noise, so that they have some weight, and a film."""
    import pyvips

    for tool in ("bash", "curl", "python3"):
        if shutil.which(tool) is None:
            cannot_run(f"the commands of the pages need {tool}")
    for name in PICTURES:
        noise = pyvips.Image.gaussnoise(1600, 1200, mean=128, sigma=30).cast("uchar")
        noise.bandjoin([noise, noise]).copy(interpretation="srgb").jpegsave(str(tmp_path / name), Q=80)
    (tmp_path / "tour.mp4").write_bytes(film(size=(1280, 720)))
    return tmp_path
