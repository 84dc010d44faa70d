"""What a hijacked job with a program would try; these run inside the sandbox, named by the tests."""

from __future__ import annotations

import encodings.idna  # noqa: F401 - what a name of a host needs; inside, a user's own Python may be out of reach
import errno
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from mediadock.processing.ffmpeg.run import run_ffmpeg
from mediadock.processing.sandbox.child import Parent

Params = Mapping[str, object]


def _attempt(what: Callable[[], object]) -> str:
    """``done`` or the name of the number of the error that stopped it."""
    try:
        what()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    except subprocess.SubprocessError as error:
        return type(error).__name__
    return "done"


def escape(parent: Parent, params: Params) -> dict[str, object]:
    """Every way out, by its name."""
    port = int(str(params["port"]))
    own = urlsplit(parent.url).port
    assert own

    def connect(family: int, kind: int, address: object) -> None:
        with socket.socket(family, kind) as line:
            line.settimeout(2)
            line.connect(address)  # type: ignore[arg-type]

    def listen() -> None:
        with socket.socket() as line:
            line.bind(("127.0.0.1", 0))
            line.listen()

    def start(*argv: str) -> None:
        pid = os.fork()
        if pid == 0:
            with suppress(OSError):
                os.execve(argv[0], argv, {})
            os._exit(99)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code == 99:
            raise PermissionError(errno.EACCES, "not started")

    here = Path()
    inside = {
        "its source": lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", own)),
        "write into the folder": lambda: (here / "file").write_bytes(b"x"),
        "remove from the folder": lambda: (here / "file").unlink(),
    }
    outside: dict[str, Callable[[], object]] = {
        "another port": lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port)),
        "another host": lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("192.0.2.1", 80)),
        "UDP": lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", port)),
        "IPv6": lambda: connect(socket.AF_INET6, socket.SOCK_STREAM, ("::1", port)),
        "a unix socket": lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, str(params["unix"])),
        "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
        "packets": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close(),
        "listen": listen,
        "shell": lambda: start("/bin/sh", "-c", "exit 0"),
        "python": lambda: start(sys.executable, "-c", ""),
        "itself as a program": lambda: start("/proc/self/exe", "-c", ""),
        "a file outside": lambda: (Path(str(params["outside"])) / "file").write_bytes(b"x"),
        "read outside": (Path(str(params["outside"])) / "secret").read_bytes,
        "the folder above": lambda: list(Path("..").iterdir()),
        "a file above": lambda: Path("../file").write_bytes(b"x"),
        "passwords": Path("/etc/passwd").read_bytes,
        "processes": lambda: list(Path("/proc").iterdir()),
        "a folder inside": lambda: (here / "folder").mkdir(),
        "a link inside": lambda: (here / "link").symlink_to("/etc/passwd"),
        "a pipe inside": lambda: os.mkfifo("pipe"),
        "a device inside": lambda: os.mknod("device", 0o020666, os.makedev(1, 5)),
        "another session": os.setsid,
        "another group": lambda: os.setpgid(0, 0),
        "a signal": lambda: os.kill(int(str(params["pid"])), 0),
        "root": lambda: os.setuid(0),
    }
    return {
        "inside": {name: _attempt(way) for name, way in inside.items()},
        "outside": {name: _attempt(way) for name, way in outside.items()},
    }


def start_program(parent: Parent, params: Params) -> dict[str, object]:
    """Run the program with arguments of the test's, and hand over what it left and said."""
    arguments = params["arguments"]
    assert isinstance(arguments, list)
    said = bytearray()
    cpu_s = params.get("cpu_s")
    words = [str(word).replace("{url}", parent.url) for word in arguments]
    code = run_ffmpeg(parent, words, on_data=said.extend, cpu_s=int(str(cpu_s)) if cpu_s else None)
    for path in sorted(Path().iterdir()):
        parent.emit_file({"name": path.name}, path.name)
    return {"code": code, "said": said.hex()}


def ask_source(parent: Parent, params: Params) -> dict[str, object]:
    """Send each request to the source as it is and give the answers, head and body."""
    requests = params["requests"]
    assert isinstance(requests, list)
    return {"answers": [_talk(parent, str(request)).hex() for request in requests]}


def _talk(parent: Parent, request: str) -> bytes:
    url = urlsplit(parent.url)
    with socket.create_connection(("127.0.0.1", url.port or 0)) as line:
        line.settimeout(20)
        with suppress(OSError):
            line.sendall(request.replace("{path}", url.path).encode())
        answer = b""
        with suppress(OSError):
            while block := line.recv(65536):
                answer += block
        return answer


def open_many_lines(parent: Parent, params: Params) -> dict[str, object]:
    """Open more lines than are served, say nothing on most, then ask properly."""
    url = urlsplit(parent.url)
    address = ("127.0.0.1", url.port or 0)
    silent = []
    for _ in range(int(str(params["lines"]))):
        with suppress(OSError):
            silent.append(socket.create_connection(address, timeout=5))
    for line in silent:
        line.close()
    answers = []
    for _ in range(int(str(params["lines"]))):
        answer = b""
        while not answer:  # the lines that we closed may still be counted
            answer = _talk(parent, "GET {path} HTTP/1.1\r\nRange: bytes=3-6\r\n\r\n")
            time.sleep(0.01)
        answers.append(answer.partition(b"\r\n\r\n")[2].decode())
    return {"silent": len(silent), "answers": answers}


def call_it_a_success(parent: Parent, params: Params) -> dict[str, object]:
    """Read all that the source gives, until the line ends however it ends, and report that all is well."""
    answer = _talk(parent, "GET {path} HTTP/1.1\r\n\r\n")
    wait_s = float(str(params.get("wait_s", 0)))
    if wait_s:
        time.sleep(wait_s)
    return {"read": len(answer.partition(b"\r\n\r\n")[2])}


def write_file(parent: Parent, params: Params) -> dict[str, object]:
    """A file of so many bytes, as far as it goes; then sleep, or hand it over."""
    written, wanted = 0, int(str(params["size_bytes"]))
    try:
        with Path("file").open("wb", buffering=0) as file:
            while written < wanted:
                written += file.write(bytes(min(65536, wanted - written)))
    except OSError as error:
        return {"written": written, "error": errno.errorcode[error.errno or 0]}
    time.sleep(float(str(params.get("sleep_s", 0))))
    parent.emit_file({"name": "file"}, "file")
    return {"written": written}


def break_off(parent: Parent, params: Params) -> dict[str, object]:
    """Leave a file behind and fail."""
    Path("file").write_bytes(b"x")
    raise ZeroDivisionError


def hand_over(parent: Parent, params: Params) -> dict[str, object]:
    """Hand over a file whose name is the test's."""
    Path("file").write_bytes(b"x")
    parent.emit_file({"name": "file"}, str(params["file_name"]))
    return {}
