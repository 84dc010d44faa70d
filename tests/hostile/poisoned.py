"""A misbehaving program in FFmpeg's place, a temporary folder of one's own, and a look at what is left afterwards."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import psutil
import pytest

from media.programs import Program
from mediadock.core.profiles import AudioPreset, VideoPreset
from mediadock.processing import sandbox
from mediadock.processing.audio import AudioFacts, render_audio
from mediadock.processing.ffmpeg import AudioStream, Probe, VideoStream
from mediadock.processing.ffmpeg.program import ffmpeg_path
from mediadock.processing.limits import MIB, Limits
from mediadock.processing.sandbox import Job, Report, run_job
from mediadock.processing.source import MemorySource, Source
from mediadock.processing.video import VideoFacts, render_video
from stack.here import cannot_run

BODY = b"0123456789"
PATIENT = Limits(wall_s=60.0, file_bytes=4 * MIB)
BRIEF = Limits(wall_s=60.0, cpu_s=60, memory_bytes=400 * MIB, file_bytes=4 * MIB)

SOUND = AudioStream(index=0, codec="pcm_s16le", profile="", channels=1, sample_rate=44_100)
PICTURES = VideoStream(
    index=0,
    codec="mjpeg",
    profile="",
    pixel_format="yuvj420p",
    width=320,
    height=180,
    sample_aspect=1.0,
    rotation=0,
    transfer=2,
    frame_rate=25.0,
    interlaced=False,
    matrix=2,
    mirrored=False,
)


@dataclass
class Made:
    """Facts and files by variant."""

    files: dict[str, bytes] = field(default_factory=dict)
    facts: AudioFacts | VideoFacts | None = None

    def take(self, output: object, file: BinaryIO) -> None:
        self.files[str(getattr(output, "name", ""))] = file.read()


def sound_of(source: Source | None = None, *, limits: Limits = BRIEF) -> Made:
    """A sound of unknown length through the pipeline, whatever the program makes of it."""
    made = Made()
    probe = Probe(demuxer="wav", duration_s=None, video=None, audio=SOUND)
    made.facts = render_audio(source or MemorySource(bytes(1000)), probe, AudioPreset(), emit=made.take, limits=limits)
    return made


def film_of(source: Source | None = None, *, limits: Limits = BRIEF) -> Made:
    """A film of unknown length through the pipeline."""
    made = Made()
    probe = Probe(demuxer="avi", duration_s=None, video=PICTURES, audio=None)
    made.facts = render_video(source or MemorySource(bytes(1000)), probe, VideoPreset(), emit=made.take, limits=limits)
    return made


@contextmanager
def in_the_place_of_ffmpeg(program: Path) -> Iterator[None]:
    """Every job that starts in the block starts ``program``."""
    before = os.environ.get("IMAGEIO_FFMPEG_EXE")
    os.environ["IMAGEIO_FFMPEG_EXE"] = str(program)
    ffmpeg_path.cache_clear()
    try:
        yield
    finally:
        os.environ.pop("IMAGEIO_FFMPEG_EXE")
        if before is not None:
            os.environ["IMAGEIO_FFMPEG_EXE"] = before
        ffmpeg_path.cache_clear()


@contextmanager
def temporary_folder(path: Path) -> Iterator[None]:
    """``path`` is where temporary things go in the block, ours and those of processes that we start."""
    before, kept = os.environ.get("TMPDIR"), tempfile.tempdir
    os.environ["TMPDIR"], tempfile.tempdir = str(path), None
    try:
        yield
    finally:
        os.environ.pop("TMPDIR")
        if before is not None:
            os.environ["TMPDIR"] = before
        tempfile.tempdir = kept


def folders_in(path: Path) -> list[Path]:
    """The private folders that lie below a temporary folder."""
    base = path / f"mediadock-{os.getuid()}"
    return sorted(base.iterdir()) if base.exists() else []


def running(program: Path) -> list[int]:
    """The processes that run this very executable; asked by anybody but root, one's own."""
    found = []
    for pid in psutil.pids():
        try:
            if Path(f"/proc/{pid}/exe").readlink() == program:
                found.append(pid)
        except OSError:
            continue
    return found


def children_left() -> list[psutil.Process]:
    """What the zygote of this process still has after a moment."""
    pid = sandbox.zygote_pid()
    assert pid is not None
    zygote = psutil.Process(pid)
    deadline = time.monotonic() + 60
    while zygote.children(recursive=True) and time.monotonic() < deadline:
        time.sleep(0.02)
    left: list[psutil.Process] = zygote.children(recursive=True)
    return left


def stub(folder: Path, program: Program) -> Path:
    """The program, installed under a name that nothing else has."""
    return program.install(folder, "stands-in-for-ffmpeg")


def run(
    name: str,
    source: Source | None = None,
    *,
    program: str | None = None,
    limits: Limits = PATIENT,
    files: dict[str, bytes] | None = None,
    **params: object,
) -> Report:
    """A function of ``program_jobs`` as a job with a program, FFmpeg unless another is named; fills ``files``."""
    job = Job(entry=f"hostile.program_jobs:{name}", params=params, program=program or ffmpeg_path())
    kept = {} if files is None else files
    return run_job(
        job,
        source or MemorySource(BODY),
        limits=limits,
        on_output=lambda _: None,
        on_file=lambda frame, file: kept.__setitem__(frame.text("name"), file.read()),
    )


@contextmanager
def small_disk(size_bytes: int) -> Iterator[Path]:
    """A file system of its own in memory."""
    if os.getuid() != 0:
        cannot_run("only root can mount a small disk")
    path = Path(tempfile.mkdtemp(prefix="mediadock-small-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(path)], check=False)
    if mounted.returncode != 0:
        path.rmdir()
        pytest.skip("this machine lets nobody mount")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)
        path.rmdir()
