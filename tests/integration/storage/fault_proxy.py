"""An HTTP proxy before the real store that fails on command, one fault for one request."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Pass:
    """Nothing happens to this request."""


@dataclass(frozen=True)
class Answer:
    """The store is not asked; this is the answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Drop:
    """The connection is closed; ``asked`` tells whether the store has got and done the call before."""

    asked: bool


@dataclass(frozen=True)
class Cut:
    """The answer ends after ``body_bytes`` of its body, by a reset or by a normal end."""

    body_bytes: int
    reset: bool = False


@dataclass(frozen=True)
class CutHead:
    """The answer ends so many bytes before its head does, whose last line says how long the body is."""

    short_bytes: int


@dataclass(frozen=True)
class Stall:
    """The answer stops after ``body_bytes`` of its body and never goes on."""

    body_bytes: int


@dataclass(frozen=True)
class Drip:
    """The answer's body comes a byte at a time, ``pause_s`` apart."""

    pause_s: float


@dataclass(frozen=True)
class Farewell:
    """A whole answer, then the connection is closed without having said so."""


@dataclass(frozen=True)
class Relabel:
    """The store's answer with other headers."""

    headers: dict[str, str]


Fault = Pass | Answer | Drop | Cut | CutHead | Stall | Drip | Farewell | Relabel


class FaultProxy:
    """``faults`` are used up from the left, one a request; then everything passes. ``requests`` saw it all."""

    def __init__(self, store_url: str, *, tls: ssl.SSLContext | None = None) -> None:
        self.faults: deque[Fault] = deque()
        self.requests: list[tuple[str, str]] = []
        self.ranges: list[str] = []
        self.connections = 0
        self.over = threading.Event()
        self._store = urlsplit(store_url)
        self._server = _Server(self)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator[FaultProxy]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self.over.set()
            self._server.shutdown()
            self._server.end_connections()
            self._server.server_close()
            thread.join()

    def stop_listening(self) -> None:
        """Refuse connections from now on."""
        self._server.socket.close()

    def ask_store(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        connection = HTTPConnection(self._store.hostname or "", self._store.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return Answer(response.status, response.read(), dict(response.getheaders()))
        finally:
            connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, proxy: FaultProxy) -> None:
        self.proxy = proxy
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request, client_address) -> None:
        self.proxy.connections += 1
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address) -> None:
        """A client that goes away is no news."""

    def end_connections(self) -> None:
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do(self) -> None:
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        proxy.requests.append((self.command, self.path))
        if self.headers["Range"]:
            proxy.ranges.append(self.headers["Range"])
        fault = proxy.faults.popleft() if proxy.faults else Pass()
        if fault == Drop(asked=False):
            self.close_connection = True
            return
        if isinstance(fault, Answer):
            self._send(fault, Pass())
        else:
            self._send(proxy.ask_store(self.command, self.path, dict(self.headers), body), fault)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do  # noqa: N815 - http.server's names

    def _send(self, answer: Answer, fault: Fault) -> None:
        if isinstance(fault, Drop):
            self.close_connection = True
            return
        headers = {name: value for name, value in answer.headers.items() if name not in ("Connection", "Date")}
        if "Content-Length" not in headers:
            headers |= {"Content-Length": str(len(answer.body))} if answer.status not in (204, 304) else {}
        if isinstance(fault, Relabel):
            changed = {name.lower() for name in fault.headers}
            headers = {name: value for name, value in headers.items() if name.lower() not in changed} | fault.headers
        if isinstance(fault, CutHead):
            headers["Content-Length"] = headers.pop("Content-Length", "10")
        self.send_response_only(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if isinstance(fault, CutHead):
            head = b"".join(self._headers_buffer)
            self._headers_buffer = [head[: -fault.short_bytes]]
            self.flush_headers()
            self.close_connection = True
            return
        self.end_headers()
        self._send_body(answer.body, fault)

    def _send_body(self, body: bytes, fault: Fault) -> None:
        if self.command == "HEAD":
            return
        if isinstance(fault, Drip):
            for position in range(len(body)):
                if self.server.proxy.over.wait(fault.pause_s):
                    break
                self.wfile.write(body[position : position + 1])
            return
        if not isinstance(fault, Cut | Stall):
            self.wfile.write(body)
            self.close_connection |= isinstance(fault, Farewell)
            return
        self.wfile.write(body[: fault.body_bytes])
        self.close_connection = True
        if isinstance(fault, Stall):
            self.server.proxy.over.wait()
        elif fault.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing is printed."""
