"""What do an M4A and a waveform of a long recording cost, beside a plain FFmpeg that makes the M4A only?

Ours is what a worker does with an object of the store: probe, then ``render_audio`` in the sandbox, which reads the
source by ranges. The peer is ``ffmpeg -i file -c:a aac -b:a 64k -ac 1 -ar 44100 -movflags +faststart`` from disk, the
same program. In turns; medians. Then the worker's and the child's memory for a minute and for two hours, and the
waveform beside one computed by numpy from all the decoded samples. Ends with 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from mediadock.storage.config import StoreConfig
from support.commands import Run, timed
from support.media import MP4_FIRST, ffmpeg, music
from support.store import Stored, running_store, stored
from support.worker import Cost, cost_of

MIB = 1024 * 1024
CONTENT_TYPES = {"mp3": "audio/mpeg", "m4a": "audio/mp4"}
MINUTE_S, HALF_HOUR_S, TWO_HOURS_S = 60, 1800, 7200
BARS = 100
TARGET_RATIO = 1.05
TARGET_GROWTH = 1.2
TARGET_PARENT_MIB, TARGET_CHILD_MIB = 250, 1024
TARGET_DIFFERENCE = 1


def main() -> int:
    """Print the ratios, the memory and the waveform's difference; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name, running_store() as config:
        folder = Path(name)
        met = [is_fast(config, folder, suffix, rounds) for suffix in CONTENT_TYPES]
        met += [is_flat(config, folder, suffix) for suffix in CONTENT_TYPES]
    return 0 if all(met) else 1


def is_fast(config: StoreConfig, folder: Path, suffix: str, rounds: int) -> bool:
    """Time and waveform for half an hour."""
    file, source = prepared(config, folder, suffix, HALF_HOUR_S)
    ours: list[Cost] = []
    theirs: list[Run] = []
    for _ in range(rounds):
        ours.append(cost_of("audio", source, folder))
        theirs.append(plain(file, folder))
    our_s, their_s = (statistics.median(one.wall_s for one in runs) for runs in (ours, theirs))
    our_cpu_s, their_cpu_s = (statistics.median(one.cpu_s for one in runs) for runs in (ours, theirs))
    difference = max_difference(ours[-1].facts["waveform"], file)
    print(
        f"{suffix}, 30 minutes: M4A and waveform {our_s:.2f} s, plain FFmpeg's M4A {their_s:.2f} s: "
        f"{our_s / their_s:.3f} times (target {TARGET_RATIO}); "
        f"CPU {our_cpu_s:.2f} s and {their_cpu_s:.2f} s, {our_cpu_s / their_cpu_s:.3f} times"
    )
    print(f"{suffix}: waveform within {difference} of 100 of numpy's (target {TARGET_DIFFERENCE})", flush=True)
    return our_s / their_s <= TARGET_RATIO and difference <= TARGET_DIFFERENCE


def is_flat(config: StoreConfig, folder: Path, suffix: str) -> bool:
    """Memory for a minute and for two hours."""
    costs = [
        cost_of("audio", prepared(config, folder, suffix, seconds)[1], folder, watched=True)
        for seconds in (MINUTE_S, TWO_HOURS_S)
    ]
    is_flat = True
    for name, target_mib, short, long in (
        ("worker", TARGET_PARENT_MIB, *(cost.parent_peak_bytes for cost in costs)),
        ("child and its FFmpeg", TARGET_CHILD_MIB, *(cost.child_peak_bytes for cost in costs)),
    ):
        print(
            f"{suffix}, memory of the {name}: {short / MIB:.0f} MiB for a minute, {long / MIB:.0f} MiB for two hours: "
            f"{long / short:.2f} times (targets {TARGET_GROWTH}, below {target_mib} MiB)"
        )
        is_flat = is_flat and long / short <= TARGET_GROWTH and long < target_mib * MIB
    most, output = costs[1].folder_bytes / MIB, costs[1].output_bytes / MIB
    print(f"{suffix}, two hours: {most:.0f} MiB on disk at most, the output has {output:.0f} MiB", flush=True)
    return is_flat


def prepared(config: StoreConfig, folder: Path, suffix: str, seconds: int) -> tuple[Path, Stored]:
    file = music(folder, seconds=seconds, suffix=suffix)
    return file, stored(config, file, content_type=CONTENT_TYPES[suffix])


def plain(file: Path, folder: Path) -> Run:
    shape = ("-c:a", "aac", "-b:a", "64k", "-ac", "1", "-ar", "44100", *MP4_FIRST)
    return timed(ffmpeg("-i", str(file), "-vn", *shape, str(folder / "plain.m4a")))


def max_difference(waveform: Iterable[int], file: Path) -> int:
    """Between ours and the peaks of ``BARS`` equal stretches of the samples, left and right averaged."""
    raw = subprocess.run(ffmpeg("-i", str(file), "-f", "f32le", "pipe:1"), check=True, stdout=subprocess.PIPE).stdout
    loudness = np.abs(np.frombuffer(raw, "<f4").reshape(-1, 2).mean(axis=1))
    peaks = [round(float(stretch.max()) * 100) for stretch in np.array_split(loudness, BARS)]
    return max(abs(one - other) for one, other in zip(waveform, peaks, strict=True))


if __name__ == "__main__":
    sys.exit(main())
