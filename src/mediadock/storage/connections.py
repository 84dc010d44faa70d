"""A pool of kept-alive HTTP connections to one store, for threads and across forks.

The idle connections are a deque, whose ``append`` and ``pop`` are atomic: there is no lock that a fork could
leave held in the child. A child process (Celery prefork) closes its copies of the parent's sockets and opens
its own: two processes writing on one connection would read each other's answers.
"""

from __future__ import annotations

import os
import select
import ssl
import time
import weakref
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection

from mediadock.core.heads import whole_head
from mediadock.storage.config import Address

_SEND_BLOCK_BYTES = 256 * 1024
_IDLE_S = 15.0  # stores close idle connections after 20 s (AWS) or more
_IDLE_CONNECTIONS = 16

_Idle = deque[tuple[HTTPConnection, float]]


class WholeHead(HTTPResponse):
    """An answer that raises ``HTTPException`` where its head is cut short."""

    def begin(self) -> None:
        """Read the head."""
        with whole_head(self, broken=HTTPException):
            super().begin()


@dataclass(frozen=True)
class Lease:
    """A connection on loan to one thread; ``reused`` ones may turn out to be closed by the store."""

    connection: HTTPConnection
    pid: int
    reused: bool


class ConnectionPool:
    """Lends connections; the number open at once is that of the callers, the number kept idle is bounded."""

    def __init__(self, address: Address, *, connect_timeout_s: float) -> None:
        self._address = address
        self._connect_timeout_s = connect_timeout_s
        self._tls = ssl.create_default_context() if address.scheme == "https" else None
        self._pid = os.getpid()
        self._idle: _Idle = deque()
        weakref.finalize(self, _close_all, self._idle)

    def take(self, *, read_timeout_s: float, fresh: bool = False) -> Lease:
        """A connected connection whose reads time out; ``fresh`` insists on a new one. Raises OSError."""
        self._leave_parents_connections()
        while not fresh:
            try:
                connection, since = self._idle.pop()
            except IndexError:
                break
            if time.monotonic() - since < _IDLE_S and _is_quiet(connection):
                connection.sock.settimeout(read_timeout_s)
                return Lease(connection, self._pid, reused=True)
            connection.close()
        connection = self._new()
        connection.response_class = WholeHead
        connection.connect()
        connection.sock.settimeout(read_timeout_s)
        return Lease(connection, self._pid, reused=False)

    def give_back(self, lease: Lease) -> None:
        """Keep the connection for the next caller. Its answer must have been read to the end."""
        if lease.pid != os.getpid() or lease.connection.sock is None or len(self._idle) >= _IDLE_CONNECTIONS:
            lease.connection.close()
        else:
            self._idle.append((lease.connection, time.monotonic()))

    def close(self) -> None:
        """Close what is idle; the pool stays usable."""
        _close_all(self._idle)

    def _new(self) -> HTTPConnection:
        host, port, timeout = self._address.host, self._address.port, self._connect_timeout_s
        if self._tls is not None:
            return HTTPSConnection(host, port, timeout=timeout, context=self._tls, blocksize=_SEND_BLOCK_BYTES)
        return HTTPConnection(host, port, timeout=timeout, blocksize=_SEND_BLOCK_BYTES)

    def _leave_parents_connections(self) -> None:
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self.close()  # closes this process's copies only; the parent's stay open


def _close_all(idle: _Idle) -> None:
    with suppress(IndexError):
        while True:
            idle.pop()[0].close()


def _is_quiet(connection: HTTPConnection) -> bool:
    """Whether nothing waits to be read: on an idle connection that would be the store's farewell."""
    if connection.sock is None:
        return False
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN | select.POLLHUP | select.POLLERR)
    return not poll.poll(0)
