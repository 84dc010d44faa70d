"""Nothing of a job stays on disk, whoever is killed; and a disk without room is a reason to try again later."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from hostile.poisoned import children_left, folders_in, small_disk, temporary_folder
from media.films import film
from media.playing import hear
from media.sounds import sound, speech
from mediadock.core.errors import ProcessingFailed
from mediadock.core.profiles import VideoPreset, VideoVariant
from mediadock.local.family import wait_gone
from mediadock.processing import sandbox
from mediadock.processing.ffmpeg import probe_media
from mediadock.processing.ffmpeg.program import ffmpeg_path
from mediadock.processing.limits import MIB, Limits
from mediadock.processing.sandbox import Job, run_job
from mediadock.processing.sandbox.folder import private_folder
from mediadock.processing.source import MemorySource
from mediadock.processing.video import render_video
from stack.here import cannot_run
from stack.waiting import eventually

LIMITS = Limits(wall_s=60.0, file_bytes=64 * MIB)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path) -> Iterator[Path]:
    """A temporary folder of this test's own."""
    with temporary_folder(tmp_path):
        yield tmp_path
    assert children_left() == []


def run(name: str, on_file: Callable[..., None] = lambda _frame, _file: None, **params: object) -> None:
    job = Job(entry=f"hostile.program_jobs:{name}", params=params, program=ffmpeg_path())
    run_job(job, MemorySource(b"x"), limits=LIMITS, on_output=lambda _: None, on_file=on_file)


def test_a_folder_is_there_for_its_job_and_goes_with_it(temporary: Path) -> None:
    seen: list[Path] = []
    run("write_file", on_file=lambda _frame, _file: seen.extend(folders_in(temporary)), size_bytes=1000)
    assert len(seen) == 1
    assert folders_in(temporary) == []


def test_a_folder_goes_when_the_job_fails_and_when_its_listener_does(temporary: Path) -> None:
    with pytest.raises(ProcessingFailed):
        run("break_off")
    assert folders_in(temporary) == []

    def on_file(_frame: object, _file: object) -> None:
        raise KeyError("listener")

    with pytest.raises(KeyError, match="listener"):
        run("write_file", on_file=on_file, size_bytes=1000)
    assert folders_in(temporary) == []


@pytest.mark.parametrize("whom", ["child", "zygote"])
def test_a_folder_goes_when_somebody_below_is_killed(temporary: Path, whom: str) -> None:
    sandbox.warm()
    zygote = psutil.Process(sandbox.zygote_pid())
    killer = threading.Thread(target=_kill_once_it_writes, args=(temporary, zygote, whom))
    killer.start()
    with pytest.raises(ProcessingFailed) as failure:
        run("write_file", size_bytes=1000, sleep_s=3600)
    killer.join()
    assert failure.value.code == "decoder_crashed"
    assert folders_in(temporary) == []
    sandbox.warm()


def _kill_once_it_writes(temporary: Path, zygote: psutil.Process, whom: str) -> None:
    eventually(lambda: any(list(folder.iterdir()) for folder in folders_in(temporary)))
    (zygote if whom == "zygote" else zygote.children()[0]).kill()


WORKER = textwrap.dedent("""
    import sys
    from mediadock.processing.ffmpeg.program import ffmpeg_path
    from mediadock.processing.limits import Limits
    from mediadock.processing.sandbox import Job, run_job
    from mediadock.processing.source import MemorySource
    for number in range(int(sys.argv[1])):
        job = Job("hostile.program_jobs:write_file", {"size_bytes": 1000, "sleep_s": float(sys.argv[2])}, ffmpeg_path())
        files = []
        run_job(job, MemorySource(b"x"), limits=Limits(file_bytes=10_000), on_output=print,
                on_file=lambda frame, file: files.append(file.read()))
        assert files == [bytes(1000)]
""")


@contextmanager
def worker(jobs: int, *, sleep_s: float = 0.0) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that uses the same temporary folder."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    argv = [sys.executable, "-c", WORKER, str(jobs), str(sleep_s)]
    with subprocess.Popen(argv, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def test_what_a_killed_worker_left_is_removed_by_the_next_job(temporary: Path) -> None:
    with worker(1, sleep_s=3600) as process:
        eventually(lambda: any(list(folder.iterdir()) for folder in folders_in(temporary)))
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert wait_gone(family, within_s=20.0)
    left = folders_in(temporary)
    assert len(left) == 1
    run("write_file", size_bytes=10)
    assert folders_in(temporary) == []


def test_what_is_no_folder_in_the_base_does_not_disturb(temporary: Path) -> None:
    run("write_file", size_bytes=10)
    base = temporary / f"mediadock-{os.getuid()}"
    (base / "a file").write_bytes(b"x")
    (base / "a link").symlink_to("/etc")
    run("write_file", size_bytes=10)
    assert Path("/etc/passwd").exists()


@pytest.mark.slow
def test_two_processes_at_once_leave_each_other_alone(temporary: Path) -> None:
    with worker(20) as first, worker(20) as second:
        for _ in range(20):
            run("write_file", size_bytes=10)
        assert (first.wait(timeout=200), second.wait(timeout=200)) == (0, 0)
    assert folders_in(temporary) == []


def test_a_base_folder_that_is_somebody_elses_is_not_used(temporary: Path) -> None:
    if os.getuid() != 0:
        cannot_run("only root can give a folder away")
    base = temporary / f"mediadock-{os.getuid()}"
    base.mkdir()
    os.chown(base, 1, 1)
    with pytest.raises(ProcessingFailed) as failure:
        run("write_file", size_bytes=10)
    assert failure.value.code == "no_space"
    assert list(base.iterdir()) == []


def test_a_base_folder_that_is_a_link_or_a_file_is_not_used(temporary: Path) -> None:
    base = temporary / f"mediadock-{os.getuid()}"
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    base.symlink_to(elsewhere)
    for _ in range(2):
        with pytest.raises(ProcessingFailed) as failure:
            run("write_file", size_bytes=10)
        assert failure.value.code == "no_space"
        base.unlink()
        base.write_bytes(b"")
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: Path(path).symlink_to("/etc/passwd")])
def test_what_is_no_file_is_refused_even_without_the_kernels_help(make: Callable[[str], None]) -> None:
    with private_folder() as folder:
        make(str(folder.path / "audio.m4a"))
        with pytest.raises(ProcessingFailed):
            folder.open_output("audio.m4a")


def test_a_file_with_two_names_is_refused_even_without_the_kernels_help(temporary: Path) -> None:
    secret = temporary / "secret"
    secret.write_bytes(b"password")
    with private_folder() as folder:
        (folder.path / "audio.m4a").hardlink_to(secret)
        with pytest.raises(ProcessingFailed):
            folder.open_output("audio.m4a")


@pytest.fixture
def noise() -> bytes:
    """Four minutes of sound, 2 MB as it is published."""
    return sound("mp3", speech(240.0))


def test_a_sound_without_room_is_no_space_and_leaves_the_disk_empty(noise: bytes) -> None:
    with small_disk(512 * 1024) as disk, temporary_folder(disk):
        with pytest.raises(ProcessingFailed) as failure:
            hear(noise)
        assert failure.value.code == "no_space"
        assert folders_in(disk) == []
    assert hear(noise).files["audio"]


@pytest.mark.parametrize("may_copy", [True, False])
def test_a_film_without_room_is_no_space(may_copy: bool) -> None:
    body = film(size=(640, 360), seconds=4.0, filters="noise=alls=60:allf=t")
    source = MemorySource(body)
    probe = probe_media(source, content_type="video/mp4")
    spec = VideoPreset(variants=(VideoVariant(may_copy=may_copy),))
    with small_disk(256 * 1024) as disk, temporary_folder(disk):
        with pytest.raises(ProcessingFailed) as failure:
            render_video(source, probe, spec, emit=lambda _output, _file: None)
        assert failure.value.code == "no_space"
        assert folders_in(disk) == []


def test_a_disk_without_room_for_a_folder_is_no_space(noise: bytes) -> None:
    with small_disk(64 * 1024) as disk, temporary_folder(disk):
        with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(4096))
        with pytest.raises(ProcessingFailed) as failure:
            hear(noise)
        assert failure.value.code == "no_space"
