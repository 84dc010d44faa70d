"""HTTP passed on as it comes, block by block: nothing is kept, so the size of a body does not matter."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

BLOCK_BYTES = 64 * 1024
_OURS = {"connection", "date", "keep-alive", "transfer-encoding"}


class LineLost(Exception):
    """The connection ends here, without a word."""


class Forwarder(BaseHTTPRequestHandler):
    """Passes one request to ``upstream``, under the same Host, so that signatures stay good."""

    protocol_version = "HTTP/1.1"
    rbufsize = BLOCK_BYTES

    def forward(self, upstream: str) -> None:
        """Pass on the request and its answer; a store that answers early and closes does so to the client, too."""
        there = urlsplit(upstream)
        connection = HTTPConnection(there.hostname or "", there.port, timeout=120)
        try:
            with suppress(BrokenPipeError, ConnectionResetError):
                self._ask(connection)
            try:
                answer = connection.getresponse()
            except (HTTPException, OSError):
                raise LineLost from None
            self.on_answer(answer)
            self._give(answer)
        except LineLost:
            self.reset()
        finally:
            connection.close()

    def on_block(self, size_bytes: int) -> None:
        """So much more of the body has come. May raise ``LineLost``."""

    def on_answer(self, answer: HTTPResponse) -> None:
        """The other side has answered, and the client has not heard of it. May raise ``LineLost``."""

    def reset(self) -> None:
        """End the connection by a reset, as a line that breaks does."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def body_bytes_declared(self) -> int:
        return int(self.headers["Content-Length"] or 0)

    def read_body(self) -> Iterator[bytes]:
        """The body in blocks. Raises ``LineLost`` when the client goes away in its middle."""
        left = self.body_bytes_declared()
        while left:
            try:
                block = self.rfile.read1(min(left, BLOCK_BYTES))
            except OSError:
                block = b""
            if not block:
                raise LineLost
            left -= len(block)
            self.on_block(len(block))
            yield block

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer in the other side's place; ``Content_Type`` stands for ``Content-Type``."""
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _ask(self, connection: HTTPConnection) -> None:
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in _OURS:
                connection.putheader(name, value)
        connection.endheaders()
        for block in self.read_body():
            connection.send(block)

    def _give(self, answer: HTTPResponse) -> None:
        whole = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _OURS | {"content-length"}:
                self.send_header(name, value)
        if answer.status not in (204, 304):
            length = answer.getheader("Content-Length") if self.command == "HEAD" else None
            self.send_header("Content-Length", length or str(len(whole)))
        self.end_headers()
        self.wfile.write(whole)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing is printed."""


class ForwardingServer(ThreadingHTTPServer):
    """Forgets a client that goes away, and can lose all of them at once."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, handler: type[Forwarder]) -> None:
        self._open: set[socket.socket] = set()
        self._whole = True
        self._opening = threading.Lock()
        super().__init__(("127.0.0.1", 0), handler)
        # Small: what waits in a buffer here has left the browser and is not counted yet.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BLOCK_BYTES)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request, client_address) -> None:
        with self._opening:
            if not self._whole:
                return self.close_request(request)
            self._open.add(request)
        return super().process_request(request, client_address)

    def shutdown_request(self, request) -> None:
        with self._opening:
            self._open.discard(request)
        self.close_request(request)  # not shut down in order before: a reset must be one

    def handle_error(self, request, client_address) -> None:
        """A client that goes away is no news."""

    def cut(self) -> None:
        """End every connection, wherever it stands; those that come are closed at once until it is mended."""
        with self._opening:
            self._whole = False
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Take connections again."""
        with self._opening:
            self._whole = True


@contextmanager
def serving(server: ForwardingServer) -> Iterator[None]:
    """Serve from a thread; every connection is ended at the end."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.cut()
        server.server_close()
        thread.join()
