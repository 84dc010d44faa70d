"""A job with a program reaches its source, its folder and that program, and nothing else in the world."""

from __future__ import annotations

import errno
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hostile.poisoned import children_left, folders_in, in_the_place_of_ffmpeg, sound_of, stub, temporary_folder
from media import programs
from media.encoders import ffmpeg_program
from media.programs import MP4_HEAD, Call, Program, Register
from mediadock.core.errors import ProcessingFailed
from mediadock.processing import sandbox
from mediadock.processing.ffmpeg.program import ffmpeg_path
from mediadock.processing.limits import MIB, Limits
from mediadock.processing.sandbox import Job, Report, run_job
from mediadock.processing.source import MemorySource, Source

PATIENT = Limits(wall_s=60.0, file_bytes=4 * MIB)
REFUSED = {"EACCES", "EPERM", "EAFNOSUPPORT", "ENETUNREACH", "ENOENT", "ECONNREFUSED"}
BODY = b"0123456789"

needs_kernel = pytest.mark.skipif(
    os.getuid() != 0 and not os.environ.get("CI"), reason="what is refused is decided by root's kernel features"
)


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path) -> Iterator[None]:
    with temporary_folder(tmp_path):
        yield
        assert folders_in(tmp_path) == []
    assert children_left() == []


def run(
    name: str,
    source: Source | None = None,
    *,
    program: str | None = None,
    limits: Limits = PATIENT,
    files: dict[str, bytes] | None = None,
    **params: object,
) -> Report:
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


def asked(*heads: str, body: bytes = BODY) -> list[tuple[int, dict[str, str], bytes]]:
    """Status, headers and body of each answer."""
    requests = [f"{head}\r\n\r\n" for head in heads]
    answers = run("ask_source", MemorySource(body), requests=requests).result["answers"]
    assert isinstance(answers, list)
    return [_parsed(bytes.fromhex(answer)) for answer in answers]


def _parsed(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), fields, body


@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [
        ("bytes=0-", 206, b"0123456789"),
        ("bytes=0-0", 206, b"0"),
        ("bytes=9-9", 206, b"9"),
        ("bytes=9-", 206, b"9"),
        ("bytes=8-100", 206, b"89"),
        ("bytes=3-6", 206, b"3456"),
        ("Bytes=3-6", 206, b"3456"),
        ("bytes=10-", 416, b""),
        ("bytes=10-20", 416, b""),
        ("bytes=999999999999999999-", 416, b""),
        ("bytes=-3", 206, b"789"),
        ("bytes=-10", 206, b"0123456789"),
        ("bytes=-11", 206, b"0123456789"),
        ("bytes=-0", 416, b""),
        ("bytes=1-2,4-5", 200, b"0123456789"),
        ("lines=1-2", 200, b"0123456789"),
        ("bytes=a-b", 200, b"0123456789"),
    ],
)
def test_ranges_are_served_as_the_rfc_says(wanted: str, status: int, body: bytes) -> None:
    got, headed = asked(f"GET {{path}} HTTP/1.1\r\nRange: {wanted}", f"HEAD {{path}} HTTP/1.1\r\nRange: {wanted}")
    assert (got[0], got[2]) == (status, body)
    assert (headed[0], headed[2]) == (status, b"")
    for _, fields, _ in (got, headed):
        assert fields["content-length"] == str(len(body))
        if status == 206:
            first = BODY.index(body)
            assert fields["content-range"] == f"bytes {first}-{first + len(body) - 1}/10"
        if status == 416:
            assert fields["content-range"] == "bytes */10"


def test_a_source_without_bytes_is_empty_and_has_no_range() -> None:
    whole, ranged = asked("GET {path} HTTP/1.1", "GET {path} HTTP/1.1\r\nRange: bytes=0-", body=b"")
    assert (whole[0], whole[2]) == (200, b"")
    assert ranged[0] == 416


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.1",
        "GET {path}x HTTP/1.1",
        "GET {path}/../ HTTP/1.1",
        "GET {path}?a HTTP/1.1",
        "GET http://127.0.0.1{path} HTTP/1.1",
        "POST {path} HTTP/1.1",
        "PUT {path} HTTP/1.1",
        "CONNECT {path} HTTP/1.1",
        "\r\n",
    ],
    ids=repr,
)
def test_anything_else_is_not_found(head: str) -> None:
    status, fields, body = asked(head)[0]
    assert (status, body) == (404, b"")
    assert "location" not in fields


def test_a_head_without_end_is_hung_up_on() -> None:
    answers = run("ask_source", requests=["GET {path} HTTP/1.1\r\nX: " + "x" * 40_000]).result["answers"]
    assert answers == [""]


def test_more_lines_than_are_served_hold_up_only_themselves() -> None:
    threads = threading.active_count()
    result = run("open_many_lines", lines=100).result
    assert result["answers"] == ["3456"] * 100
    assert threading.active_count() <= threads + 1  # the watchdog's


class Breaking(MemorySource):
    """Gives half of itself, then raises."""

    def __init__(self, body: bytes, error: BaseException) -> None:
        super().__init__(body)
        self.error = error

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        middle = self.size_bytes // 2
        if start < middle:
            yield self.read(start, middle - start)
        raise self.error


ERRORS = [
    ConnectionResetError("the store went away"),
    TimeoutError("the store is silent"),
    BrokenPipeError("the store hung up"),
    KeyError("anything"),
    ProcessingFailed("no_space", "A sentence."),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_of_the_source_ends_the_job_whatever_the_program_makes_of_it(error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        run("call_it_a_success", Breaking(bytes(1000), error))
    assert raised.value is error


def test_an_error_of_the_source_wins_every_time_it_comes_at_the_very_end() -> None:
    for number in range(60):
        error = ConnectionResetError(f"round {number}")
        with pytest.raises(ConnectionResetError) as raised:
            run("call_it_a_success", Breaking(bytes(2 + number * 997), error))
        assert raised.value is error


def test_a_source_that_ends_early_is_no_success() -> None:
    class Short(MemorySource):
        def chunks(self, start: int = 0) -> Iterator[bytes]:
            yield bytes(10)

    with pytest.raises(EOFError):
        run("call_it_a_success", Short(bytes(1000)))


def test_an_error_of_the_source_does_not_wait_for_the_program(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(ConnectionResetError):
        run("call_it_a_success", Breaking(bytes(1000), ConnectionResetError()), wait_s=3600)
    assert time.monotonic() - started < PATIENT.wall_s


def test_an_error_of_the_source_under_the_real_ffmpeg_is_that_error() -> None:
    """A sound whose first half alone would be a fine recording."""
    samples = bytes(44_100 * 2 * 20)
    head = b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt "
    head += struct.pack("<IHHIIHH", 16, 1, 1, 44_100, 88_200, 2, 16) + b"data" + struct.pack("<I", len(samples))
    for _ in range(5):
        error = ConnectionResetError("the store went away")
        with pytest.raises(ConnectionResetError) as raised:
            sound_of(Breaking(head + samples, error), limits=PATIENT)
        assert raised.value is error
