"""What a hijacked decoder would try; these run inside the sandbox, named by the tests."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from mediadock.core.errors import ContentRejected
from mediadock.processing.sandbox.child import Parent

Params = Mapping[str, object]


def _attempt(what: Callable[[], object]) -> str:
    """``done`` or the name of the error that stopped it."""
    try:
        what()
    except Exception as error:  # noqa: BLE001
        return type(error).__name__
    return "done"


def environment(parent: Parent, params: Params) -> dict[str, object]:
    return {"names": sorted(os.environ), "values": list(os.environ.values())}


def descriptors(parent: Parent, params: Params) -> dict[str, object]:
    found = []
    for number in range(64):
        with contextlib.suppress(OSError):
            os.fstat(number)
            found.append(number)
    return {"open": found}


def escape(parent: Parent, params: Params) -> dict[str, object]:
    def connect(port: int) -> None:
        with socket.socket() as line:
            line.settimeout(2)
            line.connect(("127.0.0.1", port))

    def write() -> None:
        with Path(str(params["folder"]), "written").open("wb") as file:
            file.write(b"x" * 1_000_000)

    port = params["port"]
    assert isinstance(port, int)
    return {
        "uid": os.getuid(),
        "connect": _attempt(lambda: connect(port)),
        "fork": _attempt(os.fork),
        "program": _attempt(lambda: os.posix_spawn("/bin/true", ["true"], {})),
        "write": _attempt(write),
        "passwords": _attempt(Path("/etc/passwd").read_bytes),
        "secret": _attempt(Path(str(params["secret"])).read_bytes),
        "environment of another": _attempt(Path(f"/proc/{params['pid']}/environ").read_bytes),
        "kill": _attempt(lambda: os.kill(int(str(params["pid"])), signal.SIGCONT)),
        "root again": _attempt(lambda: os.setuid(0)),
    }


def write_a_gigabyte(parent: Parent, params: Params) -> dict[str, object]:
    with Path(str(params["folder"]), "big").open("wb") as file:
        for _ in range(1024):
            file.write(b"\0" * 1_048_576)
    return {}


def fork_bomb(parent: Parent, params: Params) -> dict[str, object]:
    while True:
        os.fork()


def thread_bomb(parent: Parent, params: Params) -> dict[str, object]:
    started = 0
    with contextlib.suppress(RuntimeError):
        while started < 5000:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            started += 1
    return {"started": started}


def hang(parent: Parent, params: Params) -> dict[str, object]:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGXCPU):
        signal.signal(number, signal.SIG_IGN)
    parent.emit({"name": "it hangs"}, b"")
    time.sleep(3600)
    return {}


def spin(parent: Parent, params: Params) -> dict[str, object]:
    while True:
        pass


def crash(parent: Parent, params: Params) -> dict[str, object]:
    ctypes.string_at(0)
    return {}


def abort(parent: Parent, params: Params) -> dict[str, object]:
    os.abort()


def leave(parent: Parent, params: Params) -> dict[str, object]:
    os._exit(0)


def raise_something(parent: Parent, params: Params) -> dict[str, object]:
    raise ZeroDivisionError("a decoder's own words")


def reject(parent: Parent, params: Params) -> dict[str, object]:
    raise ContentRejected("corrupt", "A sentence with \x1b[31m colours.", log="for the operator")


def allocate(parent: Parent, params: Params) -> dict[str, object]:
    held = []
    while True:
        held.append(bytearray(os.urandom(1) * 32 * 1024 * 1024))


def grow_and_abort(parent: Parent, params: Params) -> dict[str, object]:
    held = os.urandom(1) * 200 * 1024 * 1024
    os.abort()
    return {"held": len(held)}


def speak_nonsense(parent: Parent, params: Params) -> dict[str, object]:
    os.write(3, os.urandom(4096))
    time.sleep(60)
    return {}


def promise_much(parent: Parent, params: Params) -> dict[str, object]:
    os.write(3, (100).to_bytes(4, "big") + (1 << 50).to_bytes(8, "big") + b"{}")
    time.sleep(60)
    return {}


def read_wild(parent: Parent, params: Params) -> dict[str, object]:
    parent._channel.send({"op": "read", "offset": -5, "length": 10})
    time.sleep(60)
    return {}


def read_all(parent: Parent, params: Params) -> dict[str, object]:
    total = 0
    for offset in range(0, parent.size_bytes, 1_048_576):
        total += len(parent.read(offset, 1_048_576))
    return {"read": total, "streamed": len(parent.read_all())}


def sleep_then_answer(parent: Parent, params: Params) -> dict[str, object]:
    time.sleep(float(str(params["seconds"])))
    return {"pid": os.getpid()}


def emit(parent: Parent, params: Params) -> dict[str, object]:
    for number in range(3):
        parent.emit({"name": str(number)}, b"x" * 1000)
    return {"pid": os.getpid()}
