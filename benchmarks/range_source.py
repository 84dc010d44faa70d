"""How fast does FFmpeg in the sandbox read an object of the store through the worker, and what does that cost?

A film of 1 GiB: store -> pinned object -> hash -> cache -> bridge -> FFmpeg, which takes it apart into packets and
keeps nothing (``-c copy -f null``). The peer is the same FFmpeg that reads the store's presigned URL by itself. In
turns; medians. Then the share of the worker's own processor time in a transcode of 1080p, the probe included. Ends
with 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from mediadock.storage.config import StoreConfig
from support.commands import Run, timed
from support.media import MP4_FIRST, clip, ffmpeg, h264, repeated
from support.reading import KEEPS_NOTHING
from support.store import running_store, stored
from support.worker import Cost, cost_of

MIB = 1024 * 1024
BIT_RATE = 20_000_000
TRANSCODED_S = 24
TARGET_MIB_S = 200
TARGET_SHARE = 0.05


def main() -> int:
    """Print the speeds and the share; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, running_store() as config:
        folder = Path(name)
        met = [
            is_fast(config, folder, size_mib=arguments.mib, rounds=arguments.rounds),
            is_cheap(config, folder),
        ]
    return 0 if all(met) else 1


def is_fast(config: StoreConfig, folder: Path, *, size_mib: int, rounds: int) -> bool:
    """Reading to the end."""
    short = clip(folder / "clip.mp4", *h264(BIT_RATE))
    film = repeated(short, folder / "film.mp4", "-fs", str(size_mib * MIB), *MP4_FIRST)
    source = stored(config, film, content_type="video/mp4")
    film.unlink()
    ours: list[Cost] = []
    theirs: list[Run] = []
    for _ in range(rounds + 1):  # the first round of each only warms caches
        ours.append(cost_of("reading", source, folder))
        theirs.append(timed(ffmpeg("-i", source.url(), *KEEPS_NOTHING)))
    our_speed, their_speed = (
        source.size_bytes / MIB / statistics.median(one.wall_s for one in runs[1:]) for runs in (ours, theirs)
    )
    worker_cpu_s = statistics.median(one.parent_cpu_s for one in ours[1:])
    our_cpu_s, their_cpu_s = (statistics.median(one.cpu_s for one in runs[1:]) for runs in (ours, theirs))
    print(
        f"reading {source.size_bytes / MIB:.0f} MiB: {our_speed:.0f} MiB/s (target {TARGET_MIB_S}), "
        f"plain FFmpeg from the store's URL {their_speed:.0f} MiB/s: {our_speed / their_speed:.2f} times; "
        f"CPU {our_cpu_s:.2f} s, of which the worker's {worker_cpu_s:.2f} s, and {their_cpu_s:.2f} s",
        flush=True,
    )
    return our_speed >= TARGET_MIB_S


def is_cheap(config: StoreConfig, folder: Path) -> bool:
    """The worker's share of a transcode; MPEG-TS is never copied."""
    film = repeated(folder / "clip.mp4", folder / "film.ts", "-t", str(TRANSCODED_S))
    cost = cost_of("video", stored(config, film, content_type="video/mp2t"), folder)
    assert not cost.facts["copied"]
    share = cost.parent_cpu_s / cost.child_cpu_s
    print(
        f"transcoding {TRANSCODED_S} s of 1080p at {BIT_RATE // 10**6} Mbit/s: worker's CPU {cost.parent_cpu_s:.2f} s, "
        f"transcode's {cost.child_cpu_s:.1f} s: {share:.1%} (target below {TARGET_SHARE:.0%})"
    )
    return share < TARGET_SHARE


if __name__ == "__main__":
    sys.exit(main())
