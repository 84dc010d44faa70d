"""The one thing that a program in the sandbox can reach: a listener that answers with one source, by ranges.

The listener lives in the child's empty network and is served from here, so FFmpeg reads by plain HTTP while nothing
else in the world has an address for it. Where the kernel gives no empty network it listens on loopback, and the
path, which nobody can guess, keeps others out. No redirect is ever answered; whatever the source raises ends the
child and is the job's error.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial

from mediadock.core.errors import ProcessingFailed
from mediadock.processing.source import Source

_LONGEST_HEAD = 16 * 1024
_MOST_CONNECTIONS = 16
_PATIENCE_S = 60.0
_FEW_CONNECTIONS = 8
_AHEAD_BYTES = 256 * 1024
"""What a connection may hold for a program that jumps often, which leaves it unread each time; the kernel's own
choice, up to 4 MiB, is a quarter faster for one that reads on."""

_RANGE = re.compile(rb"\r\nrange:[ \t]*bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))[ \t]*\r\n", re.IGNORECASE)
"""One range, as in RFC 9110 section 14.1.2; a list of them is answered with the whole, which that allows."""


class Bridge:
    """Serves one source at ``path``; ``error`` is what the source raised."""

    def __init__(self, source: Source) -> None:
        self.path = f"/{secrets.token_hex(16)}"
        self.error: BaseException | None = None
        self._source = source
        self._on_error: Callable[[], None] = lambda: None
        self._slots = threading.Semaphore(_MOST_CONNECTIONS)
        self._lines: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._conversing: list[threading.Thread] = []

    @contextlib.contextmanager
    def serving(self, listener: socket.socket | None, *, on_error: Callable[[], None]) -> Iterator[None]:
        """Answer on ``listener`` from threads of our own for the length of a ``with``, which closes it.

        ``on_error`` is called, from one of them, when the source has raised: nothing further can come.
        """
        if listener is None:
            raise ProcessingFailed("decoder_crashed", "Processing could not be started.", log="no listener")
        self._on_error = on_error
        accepting = _started(lambda: self._accept(listener))
        try:
            yield
        finally:
            _hang_up(listener)
            accepting.join()
            listener.close()
            with self._lock:
                lines = list(self._lines)
            for line in lines:
                _hang_up(line)
            for thread in self._conversing:
                thread.join()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # closed
            for number in itertools.count():
                line, _ = listener.accept()
                if not self._slots.acquire(blocking=False):
                    line.close()
                    continue
                if number >= _FEW_CONNECTIONS:
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _AHEAD_BYTES)
                with self._lock:
                    self._lines.add(line)
                thread = _started(partial(self._converse, line))
                self._conversing = [known for known in self._conversing if known.is_alive()] + [thread]

    def _converse(self, line: socket.socket) -> None:
        try:
            line.settimeout(_PATIENCE_S)
            self._answer(line, _read_head(line))
        except OSError:
            pass  # the program went away, which it does at every jump
        except BaseException as error:  # noqa: BLE001 - kept for whoever waits for the job
            self._break(error)
        finally:
            with self._lock:
                self._lines.discard(line)
            line.close()  # last: a program that sees the end before we know the reason could call it a success
            self._slots.release()

    def _answer(self, line: socket.socket, head: bytes) -> None:
        method, _, rest = head.partition(b" ")
        if method not in (b"GET", b"HEAD") or not rest.startswith(self.path.encode() + b" "):
            line.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        size = self._source.size_bytes
        asked = _RANGE.search(head)
        start, end = _bounds(asked, size) if asked else (0, size)
        if asked and start >= end:
            line.sendall(
                f"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */{size}\r\n"
                "Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
            return
        status = f"206 Partial Content\r\nContent-Range: bytes {start}-{end - 1}/{size}" if asked else "200 OK"
        line.sendall(
            f"HTTP/1.1 {status}\r\nContent-Length: {end - start}\r\nAccept-Ranges: bytes\r\n"
            "Content-Type: application/octet-stream\r\nConnection: close\r\n\r\n".encode()
        )
        if method == b"GET":
            self._send(line, start, end)

    def _send(self, line: socket.socket, start: int, end: int) -> None:
        left = end - start
        line.settimeout(None)  # a transcoder reads as slowly as it encodes; the job's wall clock ends it
        for block in self._blocks(start):
            line.sendall(memoryview(block)[:left])
            left -= len(block)
            if left <= 0:
                return
        if left > 0:
            self._break(EOFError(f"the source ended {left} bytes early"))

    def _blocks(self, start: int) -> Iterator[bytes]:
        """The source's own; its errors are told from those of the line, which may be of the same kind."""
        try:
            yield from self._source.chunks(start)
        except Exception as error:
            self._break(error)
            raise ConnectionAbortedError from error

    def _break(self, error: BaseException) -> None:
        self.error = self.error or error
        self._on_error()


def _bounds(asked: re.Match[bytes], size: int) -> tuple[int, int]:
    """First byte and the one behind the last; no bytes when the range lies outside."""
    first, last, suffix = asked.groups()
    if suffix is not None:
        return max(0, size - int(suffix)), size
    return int(first), min(int(last) + 1, size) if last else size


def _started(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, name="sandbox-bridge", daemon=True)
    thread.start()
    return thread


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):  # closed already
        line.shutdown(socket.SHUT_RDWR)


def _read_head(line: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = line.recv(4096)
        if not piece or len(head) > _LONGEST_HEAD:
            raise ConnectionError("no request")
        head += piece
    return head
