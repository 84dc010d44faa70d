"""Decoders that crash, hang, flood, lie or try to get out: each ends by name, and nothing of it is left."""

from __future__ import annotations

import signal
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from hostile.poisoned import (
    BRIEF,
    PICTURES,
    children_left,
    film_of,
    folders_in,
    in_the_place_of_ffmpeg,
    running,
    sound_of,
    stub,
    temporary_folder,
)
from media import programs
from media.pictures import colour_at, encoded, quarters
from media.programs import MP4_HEAD, Call, Program
from media.rendering import render
from mediadock.core.errors import ContentRejected, ProcessingFailed
from mediadock.core.profiles import VideoPreset
from mediadock.processing import sandbox
from mediadock.processing.ffmpeg import Probe
from mediadock.processing.image import Output
from mediadock.processing.source import MemorySource
from mediadock.processing.video import render_poster

PIPELINES = {"sound": sound_of, "film": film_of}
OUTPUT = {"sound": "audio.m4a", "film": "video.mp4"}
SILENCE = bytes(4096)
_PROGRESS = 3


@pytest.fixture(autouse=True)
def _nothing_is_left_and_the_next_job_works(tmp_path: Path) -> Iterator[None]:
    sandbox.warm()
    zygote = sandbox.zygote_pid()
    with temporary_folder(tmp_path):
        yield
        left = folders_in(tmp_path), running(tmp_path / "stands-in-for-ffmpeg")
    assert left == ([], [])
    assert children_left() == []
    assert sandbox.zygote_pid() == zygote
    assert render(encoded(quarters(), "jpeg")).outputs


SOON = {"wall_s": 2.0}
"""For what never ends by itself."""
TRIED = {"cpu_s": 1}
"""For what must have come to what it does, however busy the machine is, and burns a processor over it."""


def ending_of(program: Path, pipeline: str = "sound", **limits: object) -> str:
    """The code that the job ended with."""
    with in_the_place_of_ffmpeg(program), pytest.raises((ContentRejected, ProcessingFailed)) as end:
        PIPELINES[pipeline](limits=replace(BRIEF, **limits))  # type: ignore[arg-type]
    assert end.value.detail.endswith(".")
    return end.value.code


@pytest.mark.parametrize("pipeline", PIPELINES)
@pytest.mark.parametrize(
    ("made", "code"),
    [
        (programs.crashes, "decoder_crashed"),
        (programs.hangs, "timeout"),
        (lambda: programs.hangs(signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM), "timeout"),
        (programs.spins, "timeout"),
        (programs.allocates, "out_of_memory"),
        (programs.ends, "corrupt"),
        (lambda: programs.ends(127), "decoder_crashed"),
        (lambda: programs.ends(256 - 28), "no_space"),
        (lambda: programs.ends(256 - 27), "output_too_large"),
    ],
    ids=["crashes", "hangs", "ignores signals", "spins", "takes 4 GB", "does nothing", "127", "no space", "too large"],
)
def test_a_decoder_that_fails_at_once_or_never_ends_by_name(
    pipeline: str, made: Callable[[], Program], code: str, tmp_path: Path
) -> None:
    assert ending_of(stub(tmp_path, made()), pipeline, **(SOON if code == "timeout" else {})) == code


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_decoder_is_stopped_by_its_processor_time(pipeline: str, tmp_path: Path) -> None:
    assert ending_of(stub(tmp_path, programs.spins()), pipeline, wall_s=60.0, cpu_s=1) == "timeout"


def test_a_decoder_that_ignores_the_end_of_its_processor_time_is_killed(tmp_path: Path) -> None:
    program = Program()
    ignore = program.data(struct.pack("<QQQQ", 1, 0, 0, 0))
    program.call(Call.RT_SIGACTION, signal.SIGXCPU, ignore, 0, 8)
    with program.for_ever():
        pass
    assert ending_of(stub(tmp_path, program), wall_s=60.0, cpu_s=1) in ("timeout", "decoder_crashed")


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_file_never_grows_beyond_the_limit(pipeline: str, tmp_path: Path) -> None:
    largest = Largest(tmp_path)
    with largest.watching():
        code = ending_of(stub(tmp_path, programs.floods_file(OUTPUT[pipeline])), pipeline, **TRIED)
    assert code == "timeout"
    assert 0 < largest.file_bytes <= BRIEF.file_bytes


@pytest.mark.parametrize(
    ("number", "content"),
    [
        (1, b""),
        (2, b""),
        (2, b"\x1b[31m a line of a log \n" * 100),
        (_PROGRESS, b""),
        (_PROGRESS, b"out_time_us=1\n" * 100),
        (_PROGRESS, b"out_time_us=" + b"9" * 8000),
        (_PROGRESS, b"out_time_us=" + b"9" * 8000 + b"\n"),
    ],
    ids=["samples", "log", "log lines", "progress of zeros", "progress", "digits without end", "huge numbers"],
)
def test_a_decoder_that_says_too_much_is_stopped_in_time_and_fills_no_memory(
    number: int, content: bytes, tmp_path: Path
) -> None:
    assert ending_of(stub(tmp_path, programs.floods_descriptor(number, content)), **SOON) == "timeout"


def test_a_decoder_that_floods_the_poster_is_stopped_too(tmp_path: Path) -> None:
    program = stub(tmp_path, programs.floods_descriptor(1))
    assert ending_of(program, "film", **SOON) in ("timeout", "out_of_memory")


def test_a_decoder_that_breaks_at_a_second_look_leaves_the_first_as_the_poster(tmp_path: Path) -> None:
    """A black beginning is a poster too where what follows takes the decoder too long, or breaks it."""
    small = replace(PICTURES, width=160, height=90)
    probe = Probe(demuxer="avi", duration_s=None, video=small, audio=None)
    pictures: list[Output] = []
    with in_the_place_of_ffmpeg(stub(tmp_path, programs.black_once(160 * 90 * 3))):
        render_poster(MemorySource(bytes(1000)), probe, VideoPreset(), emit=pictures.append, limits=BRIEF)
    assert colour_at(pictures[-1].body, 0.5, 0.5) == (0, 0, 0)


@pytest.mark.parametrize(
    "lines",
    [
        b"out_time_us=-1\nout_time_us=\nout_time_us=1e400\nout_time_us\n=\n\n",
        b"out_time_us=" + b"9" * 400 + b"\nout_time_us=" + b"9" * 5000 + b"\n",
        bytes(range(256)) * 16,
    ],
    ids=["signs and words", "huge numbers", "bytes"],
)
def test_progress_that_makes_no_sense_is_no_reason_to_fail(lines: bytes, tmp_path: Path) -> None:
    program = programs.ends(files={OUTPUT["sound"]: MP4_HEAD}, said={_PROGRESS: lines, 1: SILENCE})
    with in_the_place_of_ffmpeg(stub(tmp_path, program)):
        assert sound_of().files == {"audio": MP4_HEAD}


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<html><script>", b"\0\0\0\x0cmoov"], ids=repr)
def test_what_is_no_mp4_is_not_published(content: bytes, tmp_path: Path) -> None:
    sound = programs.ends(files={OUTPUT["sound"]: content}, said={1: SILENCE})
    assert ending_of(stub(tmp_path, sound)) == "decoder_crashed"
    film = programs.ends(files={OUTPUT["film"]: content})
    assert ending_of(stub(tmp_path, film), "film") == "corrupt"


def test_the_head_of_an_mp4_alone_is_no_film(tmp_path: Path) -> None:
    assert ending_of(stub(tmp_path, programs.ends(files={OUTPUT["film"]: MP4_HEAD})), "film") == "corrupt"


@pytest.mark.parametrize("pipeline", PIPELINES)
@pytest.mark.parametrize(
    "calls",
    [
        lambda name: [(Call.SYMLINK, ("/etc/passwd", name))],
        lambda name: [(Call.MKNOD, (name, 0o010644, 0))],
        lambda name: [(Call.MKDIR, (name, 0o755))],
        lambda name: [
            (Call.OPEN, ("other", programs.WRITING, 0o600)),
            (Call.WRITE, (4, programs.SCRATCH, 4096)),
            (Call.LINK, ("other", name)),
        ],
        lambda name: [(Call.LINK, ("/etc/passwd", name))],
    ],
    ids=["symlink", "pipe", "directory", "hard link", "hard link to a secret"],
)
def test_what_is_no_file_of_its_own_is_not_published(
    pipeline: str, calls: Callable[[str], list[tuple[int, tuple[int | str, ...]]]], tmp_path: Path
) -> None:
    program = programs.puts_in_place(OUTPUT[pipeline], *calls(OUTPUT[pipeline]))
    assert ending_of(stub(tmp_path, program), pipeline) in ("decoder_crashed", "corrupt")


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_decoder_cannot_leave_a_process_behind(pipeline: str, tmp_path: Path) -> None:
    assert ending_of(stub(tmp_path, programs.leaves_a_child_behind()), pipeline) == "corrupt"


def test_a_fork_bomb_does_not_go_off(tmp_path: Path) -> None:
    program = stub(tmp_path, programs.fork_bomb())
    most = 0

    def look() -> None:
        nonlocal most
        most = max(most, len(running(program)))

    with Repeatedly(look).running():
        assert ending_of(program, **TRIED) == "timeout"
    assert most == 1


def test_a_decoder_full_of_threads_takes_none_from_its_neighbours(tmp_path: Path) -> None:
    program = stub(tmp_path, programs.thread_bomb())
    pictures = []

    def decode() -> None:
        pictures.append(len(render(encoded(quarters(), "jpeg")).outputs))

    with Repeatedly(decode).running():
        assert ending_of(program, **SOON) == "timeout"
    assert pictures
    assert set(pictures) == {pictures[0]}


def test_a_folder_in_which_files_appear_for_ever_is_removed(tmp_path: Path) -> None:
    program = stub(tmp_path, programs.makes_files_for_ever())
    most = 0

    def look() -> None:
        nonlocal most
        most = max(most, *(len(list(folder.iterdir())) for folder in folders_in(tmp_path)), 0)

    with Repeatedly(look, ignoring=FileNotFoundError).running():
        for turn, wall_s in enumerate((1.0, 1.0, 1.0, 4.0, 16.0)):
            if turn >= 3 and most > 100:
                break  # the longer ones are for a machine that had no time to start it
            assert ending_of(program, wall_s=wall_s) == "timeout"
            assert folders_in(tmp_path) == []
    assert most > 100


def test_a_decoder_that_is_no_program_is_a_crash(tmp_path: Path) -> None:
    script = tmp_path / "stands-in-for-ffmpeg"
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o755)
    assert ending_of(script) == "decoder_crashed"


def test_a_neighbour_is_served_while_a_decoder_burns_and_hangs(tmp_path: Path) -> None:
    """Two poisoned jobs at once, and pictures all the while."""
    codes: list[str] = []
    with in_the_place_of_ffmpeg(stub(tmp_path, programs.allocates())):
        poisoned = [threading.Thread(target=_note_ending, args=(codes,)) for _ in range(2)]
        for thread in poisoned:
            thread.start()
        while any(thread.is_alive() for thread in poisoned):
            assert render(encoded(quarters(), "jpeg")).outputs
        for thread in poisoned:
            thread.join()
    assert codes == ["out_of_memory"] * 2


def _note_ending(codes: list[str]) -> None:
    try:
        sound_of()
    except (ContentRejected, ProcessingFailed) as end:
        codes.append(end.code)


class Repeatedly:
    """Does something again and again beside the test; what it raises fails the test."""

    def __init__(self, work: Callable[[], None], *, ignoring: type[Exception] = NotImplementedError) -> None:
        self._work = work
        self._ignored = ignoring
        self._done = threading.Event()
        self._errors: list[BaseException] = []

    def _run(self) -> None:
        try:
            while not self._done.is_set():
                with suppress(self._ignored):
                    self._work()
                time.sleep(0.01)
        except BaseException as error:  # noqa: BLE001 - raised again where the test sees it
            self._errors.append(error)

    def running(self) -> _Running:
        return _Running(self)


class _Running:
    def __init__(self, repeated: Repeatedly) -> None:
        self._repeated = repeated
        self._thread = threading.Thread(target=repeated._run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._repeated._done.set()
        self._thread.join()
        assert self._repeated._errors == []


class Largest:
    """The size of the largest file in any private folder."""

    def __init__(self, temporary: Path) -> None:
        self._temporary = temporary
        self.file_bytes = 0

    def _look(self) -> None:
        for folder in folders_in(self._temporary):
            self.file_bytes = max(self.file_bytes, *(file.stat().st_size for file in folder.iterdir()), 0)

    def watching(self) -> _Running:
        return Repeatedly(self._look, ignoring=FileNotFoundError).running()
