"""A small real backend that takes webhooks: it keeps all that came, and can misbehave in the ways that backends do."""

from __future__ import annotations

import ssl
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Received:
    """One request as it came; header names are lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    answered: str

    @property
    def id(self) -> str:
        """What a backend knows repetitions by."""
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """The document, if the signature is by this secret; judged by code that is not ours. Raises otherwise."""
        return Webhook(secret).verify(self.body, dict(self.headers))


@dataclass
class Receiver:
    """``first`` are the behaviours of the first requests, one each; ``behaviour`` that of all after them."""

    url: str = ""
    behaviour: str = "good"
    first: deque[str] = field(default_factory=deque)
    elsewhere: str = ""
    retry_after: str = "7"
    received: list[Received] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    under_way: int = 0
    most_at_once: int = 0

    def told(self, secret: str) -> list[Any]:
        """The documents of all requests, in order, each verified."""
        return [one.verified(secret) for one in self.received]


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver
    lock: threading.Lock

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return  # whoever sent it has died over it
        receiver = self.receiver
        with self.lock:
            behaviour = receiver.first.popleft() if receiver.first else receiver.behaviour
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, body, behaviour))
            receiver.under_way += 1
            receiver.most_at_once = max(receiver.most_at_once, receiver.under_way)
        with suppress(OSError):  # whoever sent it has lost patience
            getattr(self, f"_{behaviour}")()
        with self.lock:
            receiver.under_way -= 1

    def _good(self) -> None:
        self._answer(204)

    def _unwell(self) -> None:
        self._answer(500, b"the database is away")

    def _gone(self) -> None:
        self._answer(410)

    def _busy(self) -> None:
        self._answer(503, b"", ("Retry-After", self.receiver.retry_after))

    def _moved(self) -> None:
        self._answer(307, b"", ("Location", self.receiver.elsewhere))

    def _mumbling(self) -> None:
        self.wfile.write(b"neither HTTP nor anything else\r\n\r\n")

    def _cursing(self) -> None:
        self.wfile.write(b"\x00\x1b]0;owned\x07 \r is no status\r\n\r\n")

    def _stalled(self) -> None:
        self.receiver.released.wait(300)

    def _dripping(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.receiver.released.is_set():
            self.wfile.write(b"a")
            self.wfile.flush()
            time.sleep(0.02)

    def _drips_after_the_status(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not self.receiver.released.is_set():
            self.wfile.write(b"0")
            self.wfile.flush()
            time.sleep(0.02)

    def _continuing(self) -> None:
        while not self.receiver.released.is_set():
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
            time.sleep(0.005)

    def _chatting(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-More: 1\r\n" * 1000 + b"\r\n")

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.receiver.released.is_set():
            self.wfile.write(b"x" * 65536)

    def _silent_after_the_status(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.flush()
        self.receiver.released.wait(300)

    def _answer(self, status: int, body: bytes = b"", *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever broke the connection off knows why."""


@contextmanager
def run_receiver(port: int = 0, *, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Listen on loopback, on a free port unless one is given."""
    receiver = Receiver()
    handler = type("Handler", (_Handler,), {"receiver": receiver, "lock": threading.Lock()})
    with _Server(("127.0.0.1", port), handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "http" if tls is None else "https"
        receiver.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/hooks"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.released.set()
            server.shutdown()
            thread.join()
