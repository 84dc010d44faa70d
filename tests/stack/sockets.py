"""A user's own socket, as a page has it open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from websockets.sync.client import ClientConnection, connect

from stack.client import Api
from stack.server import RunningServer

PATIENCE_S = 60.0


@contextmanager
def socket_of(server: RunningServer, user: Api) -> Iterator[ClientConnection]:
    """The user's socket, opened with a ticket."""
    ticket = user.post("/auth/ws-ticket").json()["ticket"]
    with connect(f"{server.ws_url}?{urlencode({'ticket': ticket, 'after': 0})}") as socket:
        yield socket


def frame(socket: ClientConnection, *, within_s: float = PATIENCE_S) -> dict[str, Any]:
    """The next frame."""
    told: dict[str, Any] = json.loads(socket.recv(timeout=within_s))
    return told
