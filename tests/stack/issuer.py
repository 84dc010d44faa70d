"""A small real issuer: a server of this machine that shows a key set, counts who asks, and can misbehave."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Issuer(ThreadingHTTPServer):
    """``keys`` are shown at ``url``; ``behaviour`` is ``good`` or a way of being of no use."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.keys: list[dict[str, Any]] = []
        self.behaviour = "good"
        self.asked = 0
        self.elsewhere = ""

    @property
    def url(self) -> str:
        """Where the key set is."""
        return f"http://127.0.0.1:{self.server_address[1]}/jwks.json"


class _Handler(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        self.server.asked += 1
        with suppress(OSError):  # whoever asked has lost patience
            getattr(self, f"_{self.server.behaviour}")(json.dumps({"keys": self.server.keys}).encode())

    def _good(self, document: bytes) -> None:
        self._head(200, len(document))
        self.wfile.write(document)

    def _nested(self, _document: bytes) -> None:
        self._good(b"[" * 200_000)

    def _unwell(self, document: bytes) -> None:
        self._head(500, len(document))
        self.wfile.write(document)

    def _cut(self, document: bytes) -> None:
        self._head(200, len(document))
        self.wfile.write(document[: len(document) // 2])

    def _mumbling(self, _document: bytes) -> None:
        self.wfile.write(b"neither HTTP nor anything else\r\n\r\n")

    def _silent(self, _document: bytes) -> None:
        self.wfile.flush()

    def _endless(self, _document: bytes) -> None:
        self._head(200, 10**9)
        while True:
            self.wfile.write(b" " * 65536)

    def _slow(self, document: bytes) -> None:
        self._head(200, len(document))
        for byte in document:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.01)

    def _moved(self, _document: bytes) -> None:
        self.send_response(302)
        self.send_header("Location", self.server.elsewhere)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _head(self, status: int, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@contextmanager
def run_issuer() -> Iterator[Issuer]:
    """An issuer on a free port."""
    with Issuer() as issuer:
        thread = threading.Thread(target=issuer.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield issuer
        issuer.shutdown()
        thread.join()
