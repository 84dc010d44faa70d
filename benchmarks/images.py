"""How long do the four sizes of a photo take, beside sharp, at how many bytes, and how close to the original?

Photo-like JPEGs of 12 to 24 megapixels, made from seeds. Ours is ``render_image`` as the worker calls it: a sandboxed
child per photo, the square and the placeholder included, warm zygote. The peer is a warm sharp 0.35 with
``sharp(input).rotate().resize().webp({quality: 80})``, its four sizes in parallel. In turns; medians per photo.
SSIM is computed for both against an uncompressed Lanczos reduction of the same photo. Needs ``npm``.
"""

from __future__ import annotations

import io
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from PIL import Image

from mediadock.processing import sandbox
from mediadock.processing.image import ImageSpec, render_image
from mediadock.processing.source import MemorySource
from support.npm import npm_peer
from support.photos import photo
from support.similarity import reference, ssim

SIZES = ("240", "480", "960", "2048")
ROUNDS = 5
TARGET_SPEED = 2.5
TARGET_BYTES = 1.02
TOLERANCE_SSIM = 0.003  # the recipe that this pipeline follows was judged equal at 0.9702 against 0.9723


@dataclass(frozen=True)
class Result:
    """One photo by one of the two: median milliseconds, files by size, SSIM by size."""

    ms: float
    files: Mapping[str, bytes]
    similarity: Mapping[str, float]

    @property
    def size_bytes(self) -> int:
        return sum(len(body) for body in self.files.values())


def main() -> int:
    """Print a line per photo and the totals; 1 when a target is missed."""
    pairs = []
    with tempfile.TemporaryDirectory() as folder, sharp_process() as peer:
        sandbox.warm()
        for number, body in enumerate(photos()):
            path = Path(folder) / f"{number}.jpg"
            path.write_bytes(body)
            ours, theirs = compare(body, path, peer)
            pairs.append((ours, theirs))
            print(
                f"photo {number + 1} ({len(body) / 1e6:.1f} MB): ours {ours.ms:.0f} ms, sharp {theirs.ms:.0f} ms, "
                f"{theirs.ms / ours.ms:.2f} times; bytes {ours.size_bytes / theirs.size_bytes:.3f}; "
                f"SSIM {mean(ours):.4f} against {mean(theirs):.4f}"
            )
    sandbox.stop()
    return judge(pairs)


def photos() -> Iterator[bytes]:
    """Phones and cameras, soft and detailed, one held upright."""
    yield photo(4032, 3024, seed=1)
    yield photo(4032, 3024, seed=2, detail=0.6, grain=2.0, quality=95, orientation=6)
    yield photo(4608, 3456, seed=3, detail=0.5, grain=1.0)
    yield photo(5184, 3456, seed=4, detail=0.65, grain=5.0)
    yield photo(6000, 4000, seed=5, detail=0.75, grain=4.0, quality=95)


def compare(body: bytes, path: Path, peer: subprocess.Popen[str]) -> tuple[Result, Result]:
    """Both on one photo, in turns; the first round of each only warms up."""
    our_times, their_times = [], []
    files: dict[str, bytes] = {}
    for _ in range(ROUNDS + 1):
        took, files = render(body)
        our_times.append(took)
        their_times.append(by_sharp(peer, path))
    their_files = {size: Path(f"{path}.{size}.webp").read_bytes() for size in SIZES}
    references = {size: reference(body, Image.open(io.BytesIO(their_files[size])).size) for size in SIZES}
    return result(our_times, files, references), result(their_times, their_files, references)


def render(body: bytes) -> tuple[float, dict[str, bytes]]:
    """Milliseconds and the four files of ours."""
    files: dict[str, bytes] = {}
    begun = time.perf_counter()
    render_image(
        MemorySource(body), ImageSpec(content_type="image/jpeg"), emit=lambda made: files.update({made.name: made.body})
    )
    took = (time.perf_counter() - begun) * 1000
    return took, {size: files[size] for size in SIZES}


def result(times: list[float], files: Mapping[str, bytes], references: Mapping[str, Image.Image]) -> Result:
    similarity = {size: ssim(Image.open(io.BytesIO(body)), references[size]) for size, body in files.items()}
    return Result(ms=statistics.median(times[1:]), files=files, similarity=similarity)


def mean(one: Result) -> float:
    return statistics.mean(one.similarity.values())


def judge(pairs: list[tuple[Result, Result]]) -> int:
    """The totals against the targets."""
    speed = sum(theirs.ms for _, theirs in pairs) / sum(ours.ms for ours, _ in pairs)
    size = sum(ours.size_bytes for ours, _ in pairs) / sum(theirs.size_bytes for _, theirs in pairs)
    loss = statistics.mean(mean(theirs) - mean(ours) for ours, theirs in pairs)
    for name in SIZES:
        differences = [ours.similarity[name] - theirs.similarity[name] for ours, theirs in pairs]
        print(f"SSIM at {name}: {statistics.mean(differences):+.4f} against sharp")
    print(f"{speed:.2f} times as fast as sharp (target {TARGET_SPEED})")
    print(f"bytes {size:.3f} of sharp's (target at most {TARGET_BYTES})")
    print(f"SSIM {-loss:+.4f} against sharp (tolerance {TOLERANCE_SSIM})")
    return 0 if speed >= TARGET_SPEED and size <= TARGET_BYTES and loss <= TOLERANCE_SSIM else 1


@contextmanager
def sharp_process() -> Iterator[subprocess.Popen[str]]:
    """A warm Node with sharp."""
    folder = npm_peer("sharp", {"sharp": "0.35.5"})
    script = shutil.copy(Path(__file__).parent / "peers" / "sharp.mjs", folder / "peer.mjs")
    with subprocess.Popen(["node", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        pipe(process.stdin).close()


def by_sharp(peer: subprocess.Popen[str], path: Path) -> float:
    """Milliseconds by the peer's own clock."""
    print(path, file=pipe(peer.stdin), flush=True)
    return float(pipe(peer.stdout).readline())


def pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


if __name__ == "__main__":
    sys.exit(main())
