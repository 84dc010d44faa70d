"""The way of a page's socket to the server: a wire that can be cut and mended."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class SocketWire:
    """Carries connections to a port of this machine; a cut one resets them, and refuses others, until it is mended."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._whole = True
        self._open: set[socket.socket] = set()
        self._changing = threading.Lock()
        self.connections = 0

    @property
    def url(self) -> str:
        """The address of the WebSocket."""
        return f"ws://127.0.0.1:{self._listener.getsockname()[1]}/ws/events/"

    @contextmanager
    def open(self) -> Iterator[SocketWire]:
        """Carry until the end."""
        threading.Thread(target=self._accept_forever, daemon=True).start()
        try:
            yield self
        finally:
            self.cut()
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    def cut(self) -> None:
        """Break every connection; those that come are closed at once."""
        with self._changing:
            self._whole = False
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Carry again."""
        with self._changing:
            self._whole = True

    def _accept_forever(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        with near, suppress(OSError), socket.create_connection(("127.0.0.1", self._to_port)) as far:
            with self._changing:
                if not self._whole:
                    return
                self._open |= {near, far}
            back = threading.Thread(target=self._carry, args=(far, near), daemon=True)
            back.start()
            self._carry(near, far)
            back.join()
            with self._changing:
                self._open -= {near, far}

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while block := source.recv(64 * 1024):
                sink.sendall(block)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
