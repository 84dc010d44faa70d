"""A wire that counts: a TCP forwarder that tells how many bytes went through it, both ways together."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_BLOCK_BYTES = 64 * 1024


class CountingWire:
    """Forwards connections on ``port`` to another port of this machine."""

    def __init__(self, listener: socket.socket, to_port: int) -> None:
        self.port: int = listener.getsockname()[1]
        self.total_bytes = 0
        self._to_port = to_port
        self._listener = listener
        self._counting = threading.Lock()

    @property
    def url(self) -> str:
        """Where to connect."""
        return f"http://127.0.0.1:{self.port}"

    def accept_forever(self) -> None:
        """Until the listener is closed."""
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self._to_port)) as far:
            back = threading.Thread(target=self._carry, args=(far, near), daemon=True)
            back.start()
            self._carry(near, far)
            back.join()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while block := source.recv(_BLOCK_BYTES):
                with self._counting:
                    self.total_bytes += len(block)
                sink.sendall(block)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            source.shutdown(socket.SHUT_RD)


@contextmanager
def counted(to_port: int) -> Iterator[CountingWire]:
    """A wire to a port of this machine, cut at the end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = CountingWire(listener, to_port)
        threading.Thread(target=wire.accept_forever, daemon=True).start()
        yield wire
        listener.shutdown(socket.SHUT_RDWR)
