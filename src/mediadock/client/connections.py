"""Kept-alive HTTP connections by ``http.client``: one for each thread and origin, so that none needs a lock.

A body is either bytes or a ``Body`` that writes itself to the socket (a range of a file, by ``sendfile``).
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Protocol
from urllib.parse import urlsplit

from mediadock.client.errors import Unreachable
from mediadock.core.heads import whole_head


class Body(Protocol):
    """A request body that puts itself on the wire."""

    @property
    def size_bytes(self) -> int:
        """Its exact length."""
        ...

    def send_to(self, sock: socket.socket) -> bool:
        """Write all of it, and answer True; False when the other side answered before it had everything."""
        ...


class WholeHead(HTTPResponse):
    """An answer that raises ``HTTPException`` where its head is cut short."""

    def begin(self) -> None:
        """Read the head."""
        with whole_head(self, broken=HTTPException):
            super().begin()


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer; header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def retry_after_s(self) -> float | None:
        """Seconds of a Retry-After header; None without one (a date there is not understood and counts as none)."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.isascii() and value.isdigit() else None


class Connections:
    """Sends requests over connections that stay open; safe to share among threads.

    ``connect_timeout_s`` bounds the connecting, ``read_timeout_s`` each silence after it. Redirects are not followed.
    """

    def __init__(self, *, connect_timeout_s: float = 10.0, read_timeout_s: float = 60.0) -> None:
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._tls = ssl.create_default_context()
        self._mine = threading.local()
        self._all: dict[HTTPConnection, threading.Thread] = {}  # with the thread that each belongs to
        self._lock = threading.Lock()

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | Body | None = None) -> Answer:
        """One request and its whole answer, whatever the status. Raises ``Unreachable`` on any network failure."""
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = self._connection(parts.scheme, parts.netloc)
        try:
            return _exchange(connection, method, target, headers, body)
        except (OSError, HTTPException) as error:
            connection.close()
            raise Unreachable("unreachable", _sentence(parts.netloc, error)) from error
        except BaseException:
            connection.close()  # half a request is on it: nobody may use it again
            raise

    def interrupt(self) -> None:
        """Cut every open connection, so that a thread which waits on one fails at once."""
        with self._lock:
            for connection in self._all:
                sock: socket.socket | None = connection.sock
                if sock is not None:
                    with suppress(OSError):
                        sock.shutdown(socket.SHUT_RDWR)

    def close_mine(self) -> None:
        """Close the connections of the calling thread, which is about to end."""
        for connection in self._of_this_thread().values():
            connection.close()
            with self._lock:
                self._all.pop(connection, None)
        self._of_this_thread().clear()

    def close(self) -> None:
        """Close every connection of every thread."""
        with self._lock:
            for connection in self._all:
                connection.close()

    def _connection(self, scheme: str, netloc: str) -> HTTPConnection:
        mine = self._of_this_thread()
        connection = mine.get((scheme, netloc))
        if connection is None:
            connection = self._make(scheme, netloc)
            mine[(scheme, netloc)] = connection
            with self._lock:
                self._close_those_of_ended_threads()
                self._all[connection] = threading.current_thread()
        elif connection.sock is not None and readable(connection.sock):
            connection.close()  # nothing is due on an idle connection: the other side has closed it
        if connection.sock is None:
            self._connect(connection, netloc)
        return connection

    def _close_those_of_ended_threads(self) -> None:
        """A thread of the caller's ends without a word, and nobody else uses its connections."""
        for connection in [each for each, owner in self._all.items() if not owner.is_alive()]:
            connection.close()
            del self._all[connection]

    def _connect(self, connection: HTTPConnection, netloc: str) -> None:
        connection.timeout = self._connect_timeout_s
        try:
            connection.connect()
            connection.sock.settimeout(self._read_timeout_s)
        except (OSError, UnicodeError) as error:  # a name that cannot be one of a host is a UnicodeError
            connection.close()
            raise Unreachable("unreachable", _sentence(netloc, error)) from error

    def _of_this_thread(self) -> dict[tuple[str, str], HTTPConnection]:
        connections: dict[tuple[str, str], HTTPConnection] | None = getattr(self._mine, "connections", None)
        if connections is None:
            connections = self._mine.connections = {}
        return connections

    def _make(self, scheme: str, netloc: str) -> HTTPConnection:
        made = HTTPSConnection(netloc, context=self._tls) if scheme == "https" else HTTPConnection(netloc)
        made.response_class = WholeHead
        return made


def _exchange(
    connection: HTTPConnection, method: str, target: str, headers: Mapping[str, str], body: bytes | Body | None
) -> Answer:
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    if body is None:
        connection.endheaders()
    elif isinstance(body, bytes):
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
    else:
        connection.putheader("Content-Length", str(body.size_bytes))
        connection.endheaders()
        if not _send_body(connection, body):
            answer = _read(connection.getresponse())
            connection.close()  # the rest of the body is owed on it
            return answer
    return _read(connection.getresponse())


def _send_body(connection: HTTPConnection, body: Body) -> bool:
    """True when all of it went out; False when an answer is there to be read although it did not."""
    try:
        return body.send_to(connection.sock)
    except (BrokenPipeError, ConnectionResetError):
        if readable(connection.sock):
            return False  # a refusal was sent before the connection was cut: it says more than the cut does
        raise


def _read(response: HTTPResponse) -> Answer:
    body = response.read()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


def readable(sock: socket.socket) -> bool:
    """Whether the other side has sent something, or closed."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _sentence(netloc: str, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"{netloc} did not answer in time."
    if isinstance(error, ConnectionRefusedError):
        return f"Nothing answers at {netloc}."
    return f"The connection to {netloc} failed: {error or type(error).__name__}."
