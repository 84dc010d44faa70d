"""A door before the real store that gives its answers another meaning, as a bad store or proxy would."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from stack.client import Answer, call

Twist = Callable[[str, Answer], Answer]
"""What becomes of an answer of the store to this method."""

Instead = Callable[[str, str], Answer | None]
"""An answer to a method and a target of which the store never hears; None lets it."""


@dataclass(frozen=True)
class Door:
    """Where it listens."""

    url: str


def as_it_is(_method: str, answer: Answer) -> Answer:
    """The store's own answer."""
    return answer


def takes_everything(method: str, answer: Answer) -> Answer:
    """No PUT is ever refused: neither for its length, its type, its checksum nor for what lies there already."""
    return Answer(200, {"etag": '"0"'}, b"") if method == "PUT" and answer.status >= 400 else answer


def dated(date: str, twist: Twist) -> Twist:
    """The same, by another clock."""

    def later(method: str, answer: Answer) -> Answer:
        told = twist(method, answer)
        return Answer(told.status, {**told.headers, "date": date}, told.body)

    return later


def remembers(etag: str) -> Twist:
    """A cache that knows no conditions: who asks for the version ``etag``, which is not there, gets the last answer."""
    last: list[Answer] = []

    def cached(method: str, answer: Answer) -> Answer:
        if method == "GET" and answer.status == 206:
            last[:] = [answer]
        if method != "GET" or answer.status != 412 or not last:
            return answer
        return Answer(206, {**last[0].headers, "etag": f'"{etag}"'}, last[0].body)

    return cached


def backwards(method: str, answer: Answer) -> Answer:
    """What is read of an object is not what was written."""
    of_an_object = method == "GET" and answer.status == 206
    return Answer(206, answer.headers, answer.body[::-1]) if of_an_object else answer


def drops(method: str, part_of_target: str, *, status: int) -> Instead:
    """What never reaches the store, and is answered as if it had."""

    def dropped(asked: str, target: str) -> Answer | None:
        return Answer(status, {"etag": '"0"'}, b"") if asked == method and part_of_target in target else None

    return dropped


def nothing(_method: str, _target: str) -> Answer | None:
    """The store is asked everything."""
    return None


@contextmanager
def dishonest(store_url: str, twist: Twist = as_it_is, *, instead: Instead = nothing) -> Iterator[Door]:
    """A door to the store at ``store_url`` whose answers go through ``twist``, or come ``instead``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            answer = instead(self.command, self.path)
            if answer is None:
                told = call(self.command, store_url + self.path, body=body, headers=dict(self.headers))
                answer = twist(self.command, told)
            self._send(answer)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = do  # noqa: N815 - http.server's names

        def _send(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            for name, value in _plain(answer.headers).items():
                self.send_header(name, value)
            length = answer.headers.get("content-length", "0") if self.command == "HEAD" else str(len(answer.body))
            self.send_header("Content-Length", length)
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
