"""What the tests of realtime do: be a person, have events happen, open sockets and read them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from mediadock.local.application import application_environment, application_programs
from mediadock.local.program import Program
from mediadock.local.supervisor import Supervisor
from stack.embedded import Embedded

PATIENCE_S = 60.0
ORIGIN = "https://chat.example"


@dataclass(frozen=True)
class SocketServer:
    """One socket process."""

    port: int
    redis_url: str
    supervisor: Supervisor

    @property
    def name(self) -> str:
        return f"socket-{self.port}"

    def url(self, **query: object) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/events/?{urlencode(query)}"


@dataclass(frozen=True)
class Person:
    """A user: the events that happen to them, the credentials they have."""

    user_id: int

    def event(self, **data: Any) -> None:
        """A stored event happens to this user."""
        happen([self.user_id], **data)

    def token(self, *, lifetime_s: int = 60, age_s: float = 0, use: Any = "access") -> str:
        from mediadock.auth.conf import token_settings
        from mediadock.auth.jwt import issue

        now = time.time() - age_s
        return issue(token_settings(), user_id=self.user_id, now=now, lifetime_s=lifetime_s, use=use)

    def ticket(self) -> str:
        from mediadock.auth.principal import Principal
        from mediadock.auth.tickets import create_ticket

        return create_ticket(Principal(self.user_id, None, int(time.time()) + 60))

    def subprotocols(self, **token: Any) -> list[Any]:
        return ["mediadock", f"bearer.{self.token(**token)}"]


def happen(users: list[int], **data: Any) -> None:
    """One event of several users, in one transaction, with its doorbell."""
    from django.db import connection, transaction

    from mediadock.uploads.events import append_event

    with transaction.atomic():
        append_event(users, event_type="test_update", data=data)
    connection.close()  # a thread that ends with one in hand takes it from all tests that follow


@contextmanager
def opened(server: SocketServer, person: Person, **query: object) -> Iterator[ClientConnection]:
    """A socket with good credentials."""
    with connect(server.url(**query), subprotocols=person.subprotocols(), open_timeout=PATIENCE_S) as socket:
        yield socket


def frame(socket: ClientConnection, *, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
    """The next frame. Raises TimeoutError, ConnectionClosed."""
    return json.loads(socket.recv(timeout=timeout_s))


def seqs(socket: ClientConnection, how_many: int) -> list[int]:
    """The ``seq`` of the next so many frames."""
    return [frame(socket)["seq"] for _ in range(how_many)]


def first_seq(server: SocketServer, person: Person) -> int | None:
    """What a new socket is told first; None when it is turned away."""
    with opened(server, person, after=0) as socket:
        try:
            return int(frame(socket)["seq"])
        except ConnectionClosed:
            return None


def close_code(socket: ClientConnection, *, timeout_s: float = PATIENCE_S) -> int | None:
    """Read on until the server closes; None when it went without a word."""
    deadline = time.monotonic() + timeout_s
    try:
        while True:
            socket.recv(timeout=max(0.0, deadline - time.monotonic()))
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


def refusal(url: str, **handshake: Any) -> int | None:
    """The code with which an opened socket is closed at once."""
    with connect(url, open_timeout=PATIENCE_S, **handshake) as socket:
        return close_code(socket)


def cut(socket: ClientConnection) -> None:
    """Break the connection without a goodbye, as a train into a tunnel does."""
    socket.socket.shutdown(2)


def socket_program(name: str, stack: Embedded, environment: Mapping[str, str], *, port: int) -> Program:
    """The socket process exactly as the application runs it, under another name and on another port."""
    programs = application_programs(
        application_environment(environment),
        ports=replace(stack.stack.ports, socket=port),
        beat_schedule=stack.data.beat_schedule,
    )
    return replace(next(program for program in programs if program.name == "socket"), name=name)
