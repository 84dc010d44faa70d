"""What must not be touched: servers that count who comes, and a folder that tells when a file in it is opened."""

from __future__ import annotations

import ctypes
import os
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_IN_ACCESS, _IN_OPEN = 0x1, 0x20
_NONBLOCK = 0o4000
_LINGER_MS = 50


class Canary:
    """A web server: ``objects`` by path, a film for every other; ``hits`` are the paths that were asked for.

    With ``redirect_to`` it answers 302 to everything.
    """

    def __init__(self, film: bytes, *, redirect_to: str | None = None) -> None:
        self.objects: dict[str, bytes] = {}
        self.hits: list[str] = []
        self.film = film
        self.redirect_to = redirect_to
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def singing(self) -> Iterator[Canary]:
        """Serve for the length of a ``with``."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def others(self, *paths: str) -> list[str]:
        """Hits on anything but ``paths``."""
        return [hit for hit in self.hits if hit not in paths]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, canary: Canary) -> None:
        self.canary = canary
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        canary = self.server.canary
        canary.hits.append(self.path)
        if canary.redirect_to is not None:
            self.send_response(302)
            self.send_header("Location", canary.redirect_to)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = canary.objects.get(self.path, canary.film)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


class WatchedFolder:
    """A folder of which the kernel tells every opening of every file in it, by any process (inotify)."""

    def __init__(self, folder: Path) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._libc.inotify_init1(_NONBLOCK)
        added = self._libc.inotify_add_watch(self._descriptor, os.fsencode(folder), _IN_ACCESS | _IN_OPEN)
        assert self._descriptor >= 0
        assert added >= 0

    def was_touched(self) -> bool:
        """Whether a file was opened or read since the last time that this was asked."""
        ready, _, _ = select.select([self._descriptor], [], [], _LINGER_MS / 1000)
        if ready:
            os.read(self._descriptor, 1 << 16)
        return bool(ready)

    def close(self) -> None:
        """Watch no longer."""
        os.close(self._descriptor)
