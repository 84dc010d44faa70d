"""What does a film cost a worker, beside plain FFmpeg with the same settings, and how much memory does a long one take?

Ours is what a worker does with an object of the store: probe, then ``render_video`` in the sandbox, which reads the
source by ranges. The peer is the same program on a file on disk: for HEVC of 1080p ``-c:v libx264 -c:a aac`` with the
profile's preset, quality, bit rates and threads; for H.264 that fits already ``-c:v copy -c:a aac``, which looks at no
picture where ours decodes the key frames to see that there is a film, and takes all but slices and parameter sets out.
In turns; medians. Then memory and disk for a film of 4 GiB. Ends with 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mediadock.core.profiles import VideoVariant
from mediadock.processing.ffmpeg.arguments import THREADS
from mediadock.storage.config import StoreConfig
from support.commands import Run, timed
from support.media import MP4_FIRST, clip, ffmpeg, h264, repeated
from support.store import Stored, running_store, stored
from support.worker import Cost, cost_of

MIB = 1024 * 1024
ENCODED_S, COPIED_S = 30, 300
BIT_RATE = 10_000_000
TARGET_RATIO = 1.1
TARGET_PARENT_MIB, TARGET_CHILD_MIB = 250, 1024
_HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-b:v", "8M", "-x265-params", "log-level=none:bframes=0")
_PROFILE = VideoVariant()
_ENCODING = (
    *("-c:v", "libx264", "-preset", _PROFILE.speed, "-crf", str(_PROFILE.crf), "-profile:v", "high"),
    *("-maxrate", str(_PROFILE.max_bit_rate), "-bufsize", str(2 * _PROFILE.max_bit_rate)),
    *("-pix_fmt", "yuv420p", "-threads:v", THREADS),
)
_SOUND = ("-c:a", "aac", "-b:a", str(_PROFILE.audio_bit_rate))


def main() -> int:
    """Print the ratios and the memory; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mib", type=int, default=4096)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, running_store() as config:
        folder = Path(name)
        met = [
            is_encoded_fast(config, folder, arguments.rounds),
            is_copied(config, folder, arguments.rounds),
            is_small(config, folder, arguments.mib),
        ]
    return 0 if all(met) else 1


def is_encoded_fast(config: StoreConfig, folder: Path, rounds: int) -> bool:
    """A film that has to be encoded anew."""
    short = clip(folder / "clip.mov", *_HEVC, "-tag:v", "hvc1")
    film = repeated(short, folder / "film.mov", "-t", str(ENCODED_S))
    source = stored(config, film, content_type="video/quicktime")
    ours, theirs = in_turns(source, film, folder, (*_ENCODING, *_SOUND), rounds)
    assert not ours[-1].facts["copied"]
    ratio = told(f"{ENCODED_S} s of HEVC 1080p to H.264", ours, theirs)
    print(f"{ratio:.3f} times (target {TARGET_RATIO})", flush=True)
    return ratio <= TARGET_RATIO


def is_copied(config: StoreConfig, folder: Path, rounds: int) -> bool:
    """A film that fits already; what looking at it costs has no target, but a copy it must be."""
    short = clip(folder / "clip.mp4", *h264(BIT_RATE))
    film = repeated(short, folder / "film.mp4", "-t", str(COPIED_S))
    source = stored(config, film, content_type="video/mp4")
    ours, theirs = in_turns(source, film, folder, ("-c:v", "copy", *_SOUND), rounds)
    ratio = told(f"{COPIED_S} s of H.264 1080p ({source.size_bytes / MIB:.0f} MiB) copied", ours, theirs)
    bare = timed(ffmpeg("-i", str(film), "-c", "copy", *MP4_FIRST, str(folder / "p.mp4")))
    print(f"{ratio:.2f} times (no target); plain ``-c copy`` takes {bare.wall_s:.2f} s", flush=True)
    film.unlink()
    return ours[-1].facts["copied"] == ["video"]


def is_small(config: StoreConfig, folder: Path, size_mib: int) -> bool:
    """Memory and disk for a film of hours."""
    film = repeated(folder / "clip.mp4", folder / "large.mp4", "-fs", str(size_mib * MIB))
    source = stored(config, film, content_type="video/mp4")
    film.unlink()
    cost = cost_of("video", source, folder, watched=True)
    parent, child, most, output = (
        size / MIB for size in (cost.parent_peak_bytes, cost.child_peak_bytes, cost.folder_bytes, cost.output_bytes)
    )
    print(
        f"{size_mib} MiB, {cost.facts['duration_s'] / 60:.0f} minutes, copied in {cost.wall_s:.0f} s: "
        f"the worker {parent:.0f} MiB (target below {TARGET_PARENT_MIB}), "
        f"child and its FFmpeg {child:.0f} MiB (below {TARGET_CHILD_MIB}); "
        f"{most:.0f} MiB on disk at most, the output has {output:.0f} MiB"
    )
    is_only_output = most <= 1.01 * output + 1
    return parent < TARGET_PARENT_MIB and child < TARGET_CHILD_MIB and is_only_output


def in_turns(
    source: Stored, film: Path, folder: Path, options: Sequence[str], rounds: int
) -> tuple[list[Cost], list[Run]]:
    """Both on one film."""
    ours: list[Cost] = []
    theirs: list[Run] = []
    for _ in range(rounds):
        ours.append(cost_of("video", source, folder))
        theirs.append(timed(ffmpeg("-threads", THREADS, "-i", str(film), *options, *MP4_FIRST, str(folder / "p.mp4"))))
    (folder / "p.mp4").unlink()
    return ours, theirs


def told(what: str, ours: Sequence[Cost], theirs: Sequence[Run]) -> float:
    """Print both; the ratio of the medians."""
    our_s, their_s = (statistics.median(one.wall_s for one in runs) for runs in (ours, theirs))
    our_cpu_s, their_cpu_s = (statistics.median(one.cpu_s for one in runs) for runs in (ours, theirs))
    print(
        f"{what}: {our_s:.2f} s, plain FFmpeg {their_s:.2f} s; CPU {our_cpu_s:.1f} s and {their_cpu_s:.1f} s, "
        f"{our_cpu_s / their_cpu_s:.3f} times"
    )
    return our_s / their_s


if __name__ == "__main__":
    sys.exit(main())
