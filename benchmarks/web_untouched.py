"""Do gigabytes of uploads leave the web process alone?

The platform runs without workers. The Python client sends files to presigned addresses of the store: small ones in one
PUT, large ones in parts; what is stored is removed as it goes. Clients reach a second web process, and it reaches the
store, only by wires that count bytes (PostgreSQL and Redis hold no media and are not counted). Before anything is
counted a file of each sort is sent.

Ends with 1 if the web process's memory grew by 20 MB or a direct upload took 4 KiB or more of its wires.
``--gb 20`` is the whole question; the disk needs room for a few files only.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mediadock.client import Client
from mediadock.local.application import application_environment, application_programs
from mediadock.local.log import Log
from mediadock.local.ports import LOOPBACK, free_port
from mediadock.local.supervisor import Supervisor
from mediadock.storage.s3 import ObjectStore
from support.load import load_average
from support.platform import COUNTED, Platform, running_platform

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from stack.counting import CountingWire, counted  # the tests' own wire

KIB, MIB = 1024, 1024 * 1024
DIRECT_BYTES = 8 * MIB
DIRECT_AT_ONCE = 16
MULTIPART_BYTES = 256 * MIB
DIRECT_SHARE = 4
TARGET_GROWTH_BYTES = 20_000_000
TARGET_DIRECT_BYTES = 4 * KIB
SPARE_BYTES = 6 * 1024**3
"""Volumes of the store, which keeps what is deleted until it compacts them."""


@dataclass(frozen=True)
class Watched:
    """A web process that is reached, and reaches the store, by wires that count."""

    pid: int
    from_clients: CountingWire
    to_store: CountingWire

    def passed_bytes(self) -> int:
        return self.from_clients.total_bytes + self.to_store.total_bytes

    def memory_bytes(self, field: str) -> int:
        """Of the process and its children: ``VmRSS`` now, ``VmHWM`` at most."""
        return sum(_memory_bytes(pid, field) for pid in (self.pid, *_children(self.pid)))

    def forget_peak(self) -> None:
        """What starting up took is no upload's; proc(5): 5 in ``clear_refs`` resets ``VmHWM``."""
        for pid in (self.pid, *_children(self.pid)):
            Path(f"/proc/{pid}/clear_refs").write_text("5")


@dataclass
class Passed:
    """What uploads of one sort took of the web process's wires."""

    uploads: int = 0
    media_bytes: int = 0
    wire_bytes: int = 0

    def of_one(self) -> float:
        return self.wire_bytes / self.uploads


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gb", type=float, default=2.0)
    asked = parser.parse_args()
    need_disk(asked.gb)
    with running_platform(only=frozenset({"web"}), **COUNTED) as platform, watched_web(platform) as web:
        direct, parts, before, after, peak = send_all(platform, web, total_bytes=int(asked.gb * 10**9))
    grown = max(after, peak) - before
    print(f"{(direct.media_bytes + parts.media_bytes) / 1e9:.1f} GB past the web process, load {load_average()}")
    print(f"  its memory {before / 1e6:.1f} MB before, {after / 1e6:.1f} MB after, at most {peak / 1e6:.1f} MB")
    for name, one in (("direct", direct), ("in parts", parts)):
        each = one.media_bytes / one.uploads / MIB
        print(f"  {one.uploads} {name}, {each:.0f} MiB each: {one.of_one():.0f} bytes of its wires for one")
    met = grown < TARGET_GROWTH_BYTES and direct.of_one() < TARGET_DIRECT_BYTES
    print(f"  grew by {grown / 1e6:.1f} MB (target 20), direct (target below {TARGET_DIRECT_BYTES} bytes): ", end="")
    print("met" if met else "missed", flush=True)
    return 0 if met else 1


def send_all(platform: Platform, web: Watched, *, total_bytes: int) -> tuple[Passed, Passed, int, int, int]:
    """A quarter of the bytes directly, the rest in parts; memory before, after, and at most."""
    direct, parts = Passed(), Passed()
    with tempfile.TemporaryDirectory() as scratch:
        small = [noise(Path(scratch, f"{number}.mp4"), DIRECT_BYTES) for number in range(DIRECT_AT_ONCE)]
        large = [noise(Path(scratch, "large.mp4"), MULTIPART_BYTES)]
        with Client(web.from_clients.url) as client:
            client.login("alice", "alice")
            receiver = client.find_users("bob")[0].user_id
            for files in (small, large):
                send(platform, web, client, receiver, files, Passed())
            web.forget_peak()
            before = web.memory_bytes("VmRSS")
            while direct.media_bytes + parts.media_bytes < total_bytes:
                sends_small = direct.media_bytes * (DIRECT_SHARE - 1) <= parts.media_bytes
                send(platform, web, client, receiver, *((small, direct) if sends_small else (large, parts)))
    return direct, parts, before, web.memory_bytes("VmRSS"), web.memory_bytes("VmHWM")


def send(platform: Platform, web: Watched, client: Client, receiver: int, files: list[Path], passed: Passed) -> None:
    """Send these files, note what it took, and remove them from the store."""
    before = web.passed_bytes()
    sent = client.upload(files, receiver_id=receiver)
    assert len(sent.asset_ids) == len(files)
    passed.wire_bytes += web.passed_bytes() - before
    passed.uploads += len(files)
    passed.media_bytes += sum(file.stat().st_size for file in files)
    store = ObjectStore(platform.stack.seaweedfs.config(platform.stack.seaweedfs.bucket))
    store.delete([found.key for found in store.list_objects("")])


@contextmanager
def watched_web(platform: Platform) -> Iterator[Watched]:
    """Started beside the platform's own; clients still see the store at its own address."""
    with counted(platform.stack.ports.s3) as to_store:
        env = application_environment(
            {
                **platform.env,
                "MEDIADOCK_S3_ENDPOINT": to_store.url,
                "MEDIADOCK_S3_PUBLIC_ENDPOINT": f"http://{LOOPBACK}:{platform.stack.ports.s3}",
            }
        )
        port = free_port()
        ports = replace(platform.stack.ports, web=port)
        programs = application_programs(env, ports=ports, beat_schedule=Path(os.devnull))
        with tempfile.TemporaryFile("w") as out, Supervisor(log=Log(out)) as supervisor, counted(port) as from_clients:
            supervisor.launch(next(program for program in programs if program.name == "web"))
            supervisor.wait_ready()
            yield Watched(supervisor.pid("web"), from_clients, to_store)


def need_disk(gb: float) -> None:
    """Leave where the store could run full: it may compact late."""
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < SPARE_BYTES + gb * 10**9:
        raise SystemExit(f"{free / 1e9:.0f} GB are free, which is too little for {gb} GB")


def noise(path: Path, size_bytes: int) -> Path:
    """A file that nothing can make smaller."""
    with path.open("wb") as out:
        for _ in range(size_bytes // MIB):
            out.write(os.urandom(MIB))
    return path


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _memory_bytes(pid: int, field: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * KIB for line in lines if line.startswith(field + ":"))


if __name__ == "__main__":
    sys.exit(main())
