"""What a worker does with one object, in a process of its own, so that its memory and processor time are known.

``cost_of`` runs it. In that process: a pinned object of the store, hashed and made seekable as for a real asset, is
probed and rendered in a sandboxed child by a zygote that is already warm; outputs are opened and dropped.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from mediadock.core.profiles import AudioPreset, VideoPreset
from mediadock.processing import sandbox
from mediadock.processing.audio import render_audio
from mediadock.processing.ffmpeg import Probe, probe_media
from mediadock.processing.ffmpeg.program import ffmpeg_path
from mediadock.processing.limits import VIDEO_LIMITS
from mediadock.processing.sandbox import Job, run_job
from mediadock.processing.sandbox.watchdog import resident_bytes
from mediadock.processing.seekable import SeekableSource
from mediadock.processing.source import Source
from mediadock.processing.video import render_video
from mediadock.storage.config import StoreConfig
from mediadock.storage.pinned import PinnedObject
from mediadock.storage.s3 import ObjectStore
from mediadock.uploads.services.checksum import HashingSource
from support.store import Stored

_TICKS = os.sysconf("SC_CLK_TCK")
_SAMPLE_S = 0.02


@dataclass(frozen=True)
class Cost:
    """One job. ``parent`` is the worker's process, ``child`` the sandbox with its FFmpeg; peaks are resident bytes.

    ``folder_bytes`` is the most that lay in the temporary folder at once.
    """

    wall_s: float
    parent_cpu_s: float
    child_cpu_s: float
    parent_peak_bytes: int
    output_bytes: int
    facts: Mapping[str, Any]
    child_peak_bytes: int = 0
    folder_bytes: int = 0

    @property
    def cpu_s(self) -> float:
        return self.parent_cpu_s + self.child_cpu_s


@dataclass
class _Watch:
    """Looks at a worker from outside, many times a second; costs processor time itself."""

    pid: int
    folder: Path
    child_peak_bytes: int = 0
    folder_bytes: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        while not self._over.wait(_SAMPLE_S):
            for zygote in _children(self.pid):
                for child in _children(zygote):
                    self.child_peak_bytes = max(self.child_peak_bytes, resident_bytes(child))
            self.folder_bytes = max(self.folder_bytes, _size_of(self.folder))

    def end(self) -> None:
        self._over.set()


def cost_of(kind: str, source: Stored, folder: Path, *, watched: bool = False) -> Cost:
    """``kind`` is a key of ``JOBS``; ``folder`` takes the temporary files. Peaks of the child only if ``watched``."""
    task = json.dumps({"kind": kind, **asdict(source)})
    temporary = folder / "temporary"
    temporary.mkdir(mode=0o711, exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "support.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
    ) as process:
        watch = _Watch(process.pid, temporary)
        looking = threading.Thread(target=watch.look)
        if watched:
            looking.start()
        said, _ = process.communicate(task)
        watch.end()
        if watched:
            looking.join()
    if process.returncode != 0:
        raise SystemExit(f"the worker of {kind} failed")
    return Cost(**json.loads(said), child_peak_bytes=watch.child_peak_bytes, folder_bytes=watch.folder_bytes)


def main() -> None:
    """Do the job that standard input names; print its cost."""
    task = json.load(sys.stdin)
    job = JOBS[task.pop("kind")]
    told = Stored(**{**task, "config": StoreConfig(**task["config"])})
    sandbox.warm()
    sandbox.active_protections()  # when a first child has answered, the zygote is ready
    zygote = sandbox.zygote_pid()
    assert zygote is not None
    began, own, childrens = time.perf_counter(), time.process_time(), _cpu_of_children(zygote)
    pinned = PinnedObject(ObjectStore(told.config), told.key, etag=told.etag, size_bytes=told.size_bytes)
    with closing(SeekableSource(HashingSource(pinned))) as source:
        probe = probe_media(source, content_type=told.content_type)
        output_bytes, facts = job(source, probe)
    cost = Cost(
        wall_s=time.perf_counter() - began,
        parent_cpu_s=time.process_time() - own,
        child_cpu_s=_cpu_of_children(zygote) - childrens,
        parent_peak_bytes=_peak_bytes(),
        output_bytes=output_bytes,
        facts=facts,
    )
    sandbox.stop()
    printed = asdict(cost)
    del printed["child_peak_bytes"], printed["folder_bytes"]
    json.dump(printed, sys.stdout)


def _audio(source: Source, probe: Probe) -> tuple[int, dict[str, Any]]:
    sizes: list[int] = []
    facts = render_audio(source, probe, AudioPreset(), emit=lambda _, file: sizes.append(_length(file)))
    return sum(sizes), asdict(facts)


def _video(source: Source, probe: Probe) -> tuple[int, dict[str, Any]]:
    sizes: list[int] = []
    facts = render_video(
        source, probe, VideoPreset(), emit=lambda _, file: sizes.append(_length(file)), limits=VIDEO_LIMITS
    )
    return sum(sizes), {**asdict(facts), "copied": sorted(facts.copied)}


def _reading(source: Source, probe: Probe) -> tuple[int, dict[str, Any]]:
    job = Job(entry="support.reading:read_to_the_end", params={"demuxer": probe.demuxer}, program=ffmpeg_path())
    report = run_job(job, source, limits=VIDEO_LIMITS, on_output=lambda _: None)
    assert report.result == {"code": 0}
    return 0, {}


JOBS = {"audio": _audio, "video": _video, "reading": _reading}


def _length(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _peak_bytes() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def _cpu_of_children(zygote: int) -> float:
    """Of all children that this process has seen end, and of all that those waited for."""
    while _children(zygote):
        time.sleep(0.005)
    fields = Path(f"/proc/{zygote}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / _TICKS


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    except OSError:
        pass  # it has ended meanwhile
    return found


def _size_of(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_blocks * 512
        except OSError:
            continue  # removed meanwhile
    return total


if __name__ == "__main__":
    main()
