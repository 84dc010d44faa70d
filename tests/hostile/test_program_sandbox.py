"""A job with a program reaches its source, its folder and that program, and nothing else in the world."""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hostile.poisoned import children_left, folders_in, in_the_place_of_ffmpeg, run, sound_of, stub, temporary_folder
from media import programs
from media.encoders import ffmpeg_program
from media.programs import MP4_HEAD, Call, Program, Register
from mediadock.core.errors import ProcessingFailed
from mediadock.processing import sandbox
from mediadock.processing.limits import MIB

REFUSED = {"EACCES", "EPERM", "EAFNOSUPPORT", "ENETUNREACH", "ENOENT", "ECONNREFUSED"}

needs_kernel = pytest.mark.skipif(
    os.getuid() != 0 and not os.environ.get("CI"), reason="what is refused is decided by root's kernel features"
)


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path) -> Iterator[None]:
    with temporary_folder(tmp_path):
        yield
        assert folders_in(tmp_path) == []
    assert children_left() == []


@contextmanager
def _a_world_outside(tmp_path: Path) -> Iterator[dict[str, object]]:
    """A listening port, a unix socket, a folder that anybody may write into and a secret that anybody may read."""
    outside = tmp_path / "outside"
    outside.mkdir()
    tmp_path.chmod(0o777)
    outside.chmod(0o777)
    secret = outside / "secret"
    secret.write_text("password")
    unix = outside / "socket"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(unix))
        local.listen()
        unix.chmod(0o777)
        port = server.getsockname()[1]
        yield {"port": port, "unix": str(unix), "outside": str(outside), "pid": os.getpid()}
    assert sorted(path.name for path in outside.iterdir()) == ["secret", "socket"]


@needs_kernel
def test_a_job_reaches_its_source_and_its_folder_and_nothing_else(tmp_path: Path) -> None:
    with _a_world_outside(tmp_path) as world:
        result = run("escape", **world).result
    inside, outside = result["inside"], result["outside"]
    assert isinstance(inside, dict)
    assert isinstance(outside, dict)
    assert set(inside.values()) == {"done"}, inside
    reached = {name: how for name, how in outside.items() if how not in REFUSED}
    # A socket for datagrams may be made, and has an address to send to; in this network nobody is there.
    assert reached == {"UDP": "done"}


@needs_kernel
def test_what_is_sent_by_datagram_arrives_nowhere(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside:
        outside.bind(("127.0.0.1", 0))
        outside.settimeout(0.5)
        made = reported({"datagram": _datagram(outside.getsockname()[1])}, tmp_path)
        with pytest.raises(TimeoutError):
            outside.recv(100)
    assert set(made) == {"datagram"}


def _address(program: Program, port: int, host: str = "127.0.0.1", family: int = socket.AF_INET) -> int:
    return program.data(struct.pack("<H", family) + struct.pack(">H", port) + socket.inet_aton(host) + bytes(8))


def _datagram(port: int) -> Callable[[Program], None]:
    def send(program: Program) -> None:
        program.call(Call.SOCKET, socket.AF_INET, socket.SOCK_DGRAM, 0)
        program.keep_file()
        program.call(Call.CONNECT, Register.FILE, _address(program, port), 16)
        program.call(Call.WRITE, Register.FILE, program.text("secret"), 6)

    return send


def _connect(port: int) -> Callable[[Program], None]:
    def connect(program: Program) -> None:
        program.call(Call.SOCKET, socket.AF_INET, socket.SOCK_STREAM, 0)
        program.keep_file()
        program.call(Call.CONNECT, Register.FILE, _address(program, port), 16)

    return connect


def _listen(program: Program) -> None:
    program.call(Call.SOCKET, socket.AF_INET, socket.SOCK_STREAM, 0)
    program.keep_file()
    program.call(Call.BIND, Register.FILE, _address(program, 0), 16)
    program.call(Call.LISTEN, Register.FILE, 5)


def _one(number: int, *arguments: int | str) -> Callable[[Program], None]:
    def write(program: Program) -> None:
        program.call(number, *(program.text(one) if isinstance(one, str) else one for one in arguments))

    return write


def _start(path: str, *arguments: str) -> Callable[[Program], None]:
    def write(program: Program) -> None:
        words = [program.text(word) for word in (path, *arguments)]
        program.call(Call.EXECVE, words[0], program.data(struct.pack(f"<{len(words) + 1}Q", *words, 0)), 0)

    return write


def reported(
    attempts: dict[str, Callable[[Program], None]], tmp_path: Path, *, stack: bool = False
) -> dict[str, str | int]:
    """What the kernel answered to a program in FFmpeg's place."""
    program = stub(tmp_path, programs.reports("audio.m4a", attempts, stack=stack))
    with in_the_place_of_ffmpeg(program):
        body = sound_of().files["audio"]
    answers = programs.answers_of(body, attempts)
    return {name: errno.errorcode[-answer] if answer < 0 else answer for name, answer in answers.items()}


@needs_kernel
def test_the_program_itself_gets_no_further_than_its_job(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("password")
    secret.chmod(0o666)
    loader = next(path for path in ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1") if Path(path).exists())
    with socket.create_server(("127.0.0.1", 0)) as server:
        attempts = {
            "another port": _connect(server.getsockname()[1]),
            "listen": _listen,
            "unix": _one(Call.SOCKET, socket.AF_UNIX, socket.SOCK_STREAM, 0),
            "ipv6": _one(Call.SOCKET, socket.AF_INET6, socket.SOCK_STREAM, 0),
            "passwords": _one(Call.OPEN, "/etc/passwd", 0, 0),
            "secret": _one(Call.OPEN, str(secret), 0, 0),
            "environment": _one(Call.OPEN, "/proc/self/environ", 0, 0),
            "memory": _one(Call.OPEN, "/dev/shm/x", programs.WRITING, 0o666),
            "temporary": _one(Call.OPEN, "/tmp/x", programs.WRITING, 0o666),
            "shell": _start("/bin/sh", "-c", "exit 0"),
            "loader": _start(loader, "/bin/sh"),
            "fork": _one(Call.FORK),
            "vfork": _one(Call.VFORK),
            "clone": _one(Call.CLONE, 17, 0, 0, 0, 0),
            "clone3": _one(Call.CLONE3, programs.SCRATCH, 64),
            "session": _one(Call.SETSID),
            "group": _one(Call.SETPGID, 0, 0),
            "outlive": _one(Call.PRCTL, 1, 0),
            "trace": _one(Call.PTRACE, 16, os.getpid(), 0, 0),
            "kill": _one(Call.KILL, os.getpid(), 0),
            "io_uring": _one(Call.IO_URING_SETUP, 8, programs.SCRATCH),
            "folder": _one(Call.MKDIR, "folder", 0o755),
            "symlink": _one(Call.SYMLINK, "/etc/passwd", "link"),
            "pipe": _one(Call.MKNOD, "pipe", 0o010644, 0),
        }
        answers = reported(attempts, tmp_path)
    # The loader may be started where the program in place needs one; this one does not, so see the next test.
    assert answers.pop("loader") in {"EACCES", "EPERM"}
    assert answers.pop("clone3") == "ENOSYS"
    assert {name: answer for name, answer in answers.items() if answer not in REFUSED} == {}


def test_the_program_has_four_descriptors_and_an_environment_of_one_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.stop()
    monkeypatch.setenv("MEDIADOCK_S3_SECRET_KEY", "a-very-secret-value")
    get_flags = 1
    attempts = {str(number): _one(Call.FCNTL, number, get_flags) for number in range(256)}
    program = stub(tmp_path, programs.reports("audio.m4a", attempts, stack=True))
    with in_the_place_of_ffmpeg(program):
        body = sound_of().files["audio"]
    answers = programs.answers_of(body, attempts)
    assert [number for number, answer in answers.items() if answer >= 0] == ["0", "1", "2", "3"]
    assert b"a-very-secret" not in body
    assert environment_in(body[len(MP4_HEAD) + 8 * len(attempts) :]) == [b"LANG=C"]


def environment_in(stack: bytes) -> list[bytes]:
    """The environment of a process, from the stack that the kernel gave it: count, arguments, 0, environment, 0."""
    count = struct.unpack_from("<q", stack)[0]
    words = struct.unpack_from(f"<{len(stack) // 8}Q", stack)
    names = words[count + 2 : words.index(0, count + 2)]
    first = stack.index(b"ffmpeg\0")
    return [stack[at : stack.index(b"\0", at)] for at in (first + name - words[1] for name in names)]


def test_the_real_ffmpeg_runs_under_all_of_it(tmp_path: Path) -> None:
    """So that what is refused above is refused to something that works."""
    files: dict[str, bytes] = {}
    tone = ["-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "out.wav"]
    assert run("start_program", program=ffmpeg_program(), arguments=tone, files=files).result["code"] == 0
    assert files["out.wav"][:4] == b"RIFF"


def test_a_run_beyond_its_own_processor_time_is_a_timeout(tmp_path: Path) -> None:
    program = stub(tmp_path, programs.spins())
    with pytest.raises(ProcessingFailed) as failure:
        run("start_program", program=str(program), arguments=[], cpu_s=1)
    assert failure.value.code == "timeout"


@pytest.mark.parametrize("size_bytes", [4 * MIB - 1, 4 * MIB, 4 * MIB + 1])
def test_a_file_may_be_as_large_as_allowed_and_no_larger(size_bytes: int) -> None:
    files: dict[str, bytes] = {}
    result = run("write_file", size_bytes=size_bytes, files=files).result
    if size_bytes <= 4 * MIB:
        assert len(files["file"]) == size_bytes
    else:
        assert (result["error"], files) == ("EFBIG", {})


@pytest.mark.parametrize("name", ["../file", "/etc/passwd", "..", ".", "sub/file", "nothing"])
def test_only_a_file_of_the_folder_is_taken(name: str) -> None:
    with pytest.raises(ProcessingFailed) as failure:
        run("hand_over", file_name=name)
    assert failure.value.code == "decoder_crashed"
