"""Requests byte by byte, where a client library would not send what a test wants to be sent."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urlsplit

from stack.client import Answer

_TIMEOUT_S = 90.0

Lines = Iterable[tuple[str, str]]
"""Header lines as they go out: in this order, with this spelling, as often as they are here."""


def send_lines(url: str, lines: Lines, *, method: str = "GET", target: str | None = None, body: bytes = b"") -> Answer:
    """One request with these header lines behind ``Host``; ``target`` is the request line's, if not the URL's."""
    parts = urlsplit(url)
    target = target or parts.path + (f"?{parts.query}" if parts.query else "")
    head = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
    head += [f"{name}: {value}" for name, value in lines]
    text = "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=_TIMEOUT_S) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # answered before everything was sent
            connection.sendall(text)
        answer = http.client.HTTPResponse(connection, method=method)
        answer.begin()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
