"""The parent's end of the zygote: start it once per process, ask it for children, start it again when it dies."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from mediadock.core.errors import ProcessingFailed
from mediadock.processing.limits import GIB, MIB, Limits
from mediadock.processing.sandbox.channel import Channel

_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH")
_ATTEMPTS = 3
# What we can import the fork server can, and nothing that lies in a working directory.
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from mediadock.processing.sandbox.forkserver import main; main(*sys.argv[2:])"
)
# A child lives for one picture and takes tens of megabytes once: huge pages from one heap that is never given back
# save a tenth of the whole job (16,000 page faults become a few hundred). Larger pieces still go back when freed.
_MALLOC = ":".join(
    f"glibc.malloc.{name}={value}"
    for name, value in {
        "hugetlb": 1,
        "arena_max": 1,
        "mmap_threshold": 64 * MIB,
        "trim_threshold": GIB,
        "top_pad": 64 * MIB,
    }.items()
)


@dataclass(frozen=True)
class Job:
    """A function by name (``module:function``), its parameters as JSON, and the one program that it may start.

    A job with a ``program`` (the path of an executable) gets the source's address and a private folder.
    """

    entry: str
    params: Mapping[str, object]
    program: str | None = None


@dataclass(frozen=True)
class Child:
    """One running child: the channel to it, the zygote's status line about it, a listener in its network."""

    pid: int
    channel: Channel
    status: socket.socket
    listener: socket.socket | None

    def kill(self) -> None:
        """End the child's whole process group and wake whoever waits for it; from any thread, any number of times."""
        with contextlib.suppress(OSError):
            self.status.send(b"kill")
        self.channel.interrupt()


class Zygote:
    """A handle on the fork server; one per process, shared by its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """The fork server's pid while there is one."""
        return self._process.pid if self._process else None

    def spawn(self, job: Job, *, limits: Limits, size_bytes: int, path: str = "", folder: int | None = None) -> Child:
        """Fork a child that starts on ``job`` at once; a zygote that died is replaced first.

        A job with a program is given the descriptor of its ``folder`` and the ``path`` of its source.
        """
        request = json.dumps({**asdict(job), "limits": asdict(limits), "size_bytes": size_bytes, "path": path}).encode()
        for _ in range(_ATTEMPTS):
            with self._lock:
                control = self._control or self._start()
            child = _ask(control, request, [] if folder is None else [folder])
            if child is not None:
                return child
            self._forget(control)
        raise ProcessingFailed(
            "decoder_crashed", "Processing could not be started.", log="the fork server does not start"
        )

    def start(self) -> None:
        """Start the fork server now rather than with the first job."""
        with self._lock:
            if self._control is None:
                self._start()

    def abandon(self) -> None:
        """After a fork, in the new process: hang up our copies. The fork server belongs to the process we came from.

        The handle is of no use afterwards: its lock may be held by a thread that does not exist here.
        """
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.returncode = 0  # not our child: nothing to wait for

    def stop(self) -> None:
        """End the fork server and with it every child."""
        with self._lock:
            control = self._control
        if control is not None:
            self._forget(control)

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            thread = "main" if threading.current_thread() is threading.main_thread() else "other"
            importable = json.dumps([str(Path(entry).resolve()) for entry in sys.path if entry])
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _BOOT, importable, str(theirs.fileno()), str(os.getpid()), thread],
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                cwd="/",
            )
        self._control = ours
        return ours

    def _forget(self, control: socket.socket) -> None:
        with self._lock:
            if self._control is not control:
                return  # another thread has replaced it already
            process, self._process, self._control = self._process, None, None
        control.close()
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
            if process.returncode is None:
                process.kill()
                process.wait()


def clean_environment() -> dict[str, str]:
    """What the fork server's environment holds: nothing of the worker's settings, only what decoders need."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    threads = str(min(4, os.cpu_count() or 1))
    return {
        **kept,
        "PYTHONDONTWRITEBYTECODE": "1",
        "VIPS_BLOCK_UNTRUSTED": "1",
        "VIPS_CONCURRENCY": threads,
        "GLIBC_TUNABLES": _MALLOC,
    }


def _ask(control: socket.socket, request: bytes, folder: list[int]) -> Child | None:
    """Send the job with its two sockets; None when the zygote is gone before it named the child."""
    ours, childs = socket.socketpair()
    status, zygotes = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        with childs, zygotes:
            socket.send_fds(control, [request], [childs.fileno(), zygotes.fileno(), *folder])
        answer, descriptors, _, _ = socket.recv_fds(status, 256, 1, socket.MSG_CMSG_CLOEXEC)
        if answer:
            listener = socket.socket(fileno=descriptors[0]) if descriptors else None
            return Child(pid=json.loads(answer)["pid"], channel=Channel(ours), status=status, listener=listener)
    except OSError:
        pass  # a dead zygote: the caller starts another
    ours.close()
    status.close()
    return None
