"""A door before the real store that gives its answers another meaning, as a bad store or proxy would."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from stack.client import Answer, call

Twist = Callable[[str, Answer], Answer]


@dataclass(frozen=True)
class Door:
    """Where it listens."""

    url: str


def takes_everything(method: str, answer: Answer) -> Answer:
    """No PUT is ever refused: neither for its length, its type, its checksum nor for what lies there already."""
    return Answer(200, {"etag": '"0"'}, b"") if method == "PUT" and answer.status >= 400 else answer


def dated(date: str, twist: Twist) -> Twist:
    """The same, by another clock."""

    def later(method: str, answer: Answer) -> Answer:
        told = twist(method, answer)
        return Answer(told.status, {**told.headers, "date": date}, told.body)

    return later


@contextmanager
def dishonest(store_url: str, twist: Twist) -> Iterator[Door]:
    """A door to the store at ``store_url`` whose answers go through ``twist``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            answer = call(self.command, store_url + self.path, body=body, headers=dict(self.headers))
            self._send(twist(self.command, answer))

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = do  # noqa: N815 - http.server's names

        def _send(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            for name, value in _plain(answer.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            """Nothing is printed."""

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Door(f"http://127.0.0.1:{server.server_address[1]}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in ("content-length", "connection")}
