"""The zygote: a small process that has the decoders imported and forks one child per job.

Started by ``zygote.py`` in a fresh interpreter. It is single-threaded, reads nothing from strangers, and ends when
its parent hangs up. One datagram is one job: JSON (entry, params, limits) with two sockets attached, the child's
channel and our status line to the parent, and for a job with a program its folder. On the status line we say the pid,
with a listener in the child's network for such a job, then how the child ended, once all that it started has ended
too; the parent says ``kill``, or hangs up, which means the same. Only we kill, because only we know that a pid has not
been reaped.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import importlib
import json
import os
import selectors
import signal
import socket
from dataclasses import dataclass

from mediadock.processing.sandbox import confine, linux

PRELOAD = (
    "mediadock.processing.image.pipeline",
    "mediadock.processing.document.pipeline",
    "mediadock.processing.video.pipeline",
    "mediadock.processing.video.poster_pipeline",
)
_MAX_REQUEST_BYTES = 128 * 1024


@dataclass(frozen=True)
class _Child:
    pid: int
    status: socket.socket


class ForkServer:
    """Forks, kills and reaps; one per worker process."""

    def __init__(self, control: socket.socket, protections: list[str]) -> None:
        self._control = control
        self._protections = protections
        self._children: dict[int, _Child] = {}
        self._ended: dict[int, dict[str, int]] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ, None)
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._selector.register(self._wake, selectors.EVENT_READ, None)
        signal.set_wakeup_fd(self._woken.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        """Answer until the parent hangs up; then kill what still runs."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._wake:
                    self._reap()
                elif key.fileobj is self._control:
                    if not self._accept():
                        self._kill_all()
                        return
                elif key.data in self._children:
                    self._listen(self._children[key.data])

    def _accept(self) -> bool:
        request, descriptors, _, _ = socket.recv_fds(self._control, _MAX_REQUEST_BYTES, 3, socket.MSG_CMSG_CLOEXEC)
        if not request:
            return False
        job, status, *folder = descriptors
        listener = socket.create_server(("127.0.0.1", 0)) if folder else None
        pid = os.fork()
        if pid == 0:
            port = listener.getsockname()[1] if listener else 0
            _become_child([job, *folder], request, self._protections, port)
        os.close(job)
        child = _Child(pid=pid, status=socket.socket(fileno=status))
        self._children[pid] = child
        self._selector.register(child.status, selectors.EVENT_READ, pid)
        _tell(child, {"pid": pid}, listener)
        for descriptor in folder:
            os.close(descriptor)
        return True

    def _listen(self, child: _Child) -> None:
        """``kill``, or the end of the line: both end the child's whole group."""
        child.status.recv(16)
        self._selector.unregister(child.status)
        _kill_group(child.pid)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake.recv(4096)
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
                if pid == 0:
                    break
                if pid not in self._children:
                    continue  # what a child had started, and left to us
                _kill_group(pid)
                with contextlib.suppress(KeyError):
                    self._selector.unregister(self._children[pid].status)
                code = os.waitstatus_to_exitcode(status)
                self._ended[pid] = {"exit": code, "peak_rss_bytes": usage.ru_maxrss * 1024}
        for pid in [pid for pid in self._ended if not _has_members(pid)]:
            child = self._children.pop(pid)
            _tell(child, self._ended.pop(pid))
            child.status.close()

    def _kill_all(self) -> None:
        for pid in list(self._children):
            _kill_group(pid)
        self._reap()


def _tell(child: _Child, message: dict[str, int], listener: socket.socket | None = None) -> None:
    with contextlib.suppress(OSError):  # the parent may have lost interest
        socket.send_fds(child.status, [json.dumps(message).encode()], [listener.fileno()] if listener else [])
    if listener is not None:
        listener.close()


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)  # a child that has not made its group yet


def _has_members(group: int) -> bool:
    """Whether anything that the child had started still ends; it is ours since the child has gone."""
    try:
        os.waitid(os.P_PGID, group, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _become_child(descriptors: list[int], request: bytes, protections: list[str], port: int) -> None:
    """Everything of one job's life; never returns. The channel becomes descriptor 3, a folder 4."""
    code = 1
    try:
        zygote = os.getppid()
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        kept = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 64) for descriptor in descriptors]
        for number, descriptor in enumerate(kept, start=3):
            os.dup2(descriptor, number, inheritable=False)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what decoders print is a stranger's text
        os.closerange(3 + len(kept), 4096)
        from mediadock.processing.sandbox.child import run

        run(socket.socket(fileno=3), json.loads(request), zygote=zygote, protections=protections, port=port)
        code = 0
    finally:
        os._exit(code)


def main(control: str, parent: str, thread: str) -> None:
    """Leave the network, import the decoders, serve on the socket ``control`` for the process ``parent``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    if thread == "main":
        # The death signal follows the thread that made us, so it is only safe when that is the main one.
        with contextlib.suppress(OSError):
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(parent):
            return
    with contextlib.suppress(OSError):
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)  # what a child leaves behind comes to us
    protections = confine.leave_network()
    for module in PRELOAD:
        importlib.import_module(module)
    gc.freeze()
    ForkServer(socket.socket(fileno=int(control)), protections).serve()
    os._exit(0)  # at once: late signals of dying children find no half-closed interpreter
