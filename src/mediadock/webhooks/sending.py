"""One attempt: a POST to a judged address, bounded in time whatever the receiver does.

A receiver may stall, send a byte a second, or never end. A timer shuts the connection when the time is over, which
ends every read and write of it, in the middle of TLS too; timeouts of single reads would not.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network

from mediadock.webhooks.addresses import Address, RefusedAddressError, Target, addresses_of, target_of

ANSWER_BYTES = 512
_REASON_CHARACTERS = 200
_BODY_PATIENCE_S = 1.0
"""The status decides; what the receiver says besides is for the log, and waited for no longer."""


@dataclass(frozen=True)
class Outcome:
    """What came of it: the status with the answer's first bytes as text, or in ``error`` why there is none."""

    status: int | None = None
    answer: str = ""
    error: str = ""
    retry_after_s: float | None = None
    duration_ms: int = 0

    @property
    def succeeded(self) -> bool:
        """Any 2xx; a redirect is none, nobody follows it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """The receiver wants nothing any more."""
        return self.status == http.HTTPStatus.GONE


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    timeout_s: float,
    allowed: Sequence[IPv4Network | IPv6Network],
) -> Outcome:
    """Send it once and say what came of it; raises nothing that the receiver or the network could cause."""
    began = time.monotonic()
    try:
        found = _ask(url, body, headers, deadline=began + timeout_s, allowed=allowed)
    except RefusedAddressError as error:
        found = Outcome(error=str(error))
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() >= began + timeout_s
        found = Outcome(error=f"no answer within {timeout_s:g} s" if late else _told(error))
    return Outcome(
        found.status, found.answer, found.error, found.retry_after_s, round((time.monotonic() - began) * 1000)
    )


def _ask(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    deadline: float,
    allowed: Sequence[IPv4Network | IPv6Network],
) -> Outcome:
    target = target_of(url)
    with _connected(target, addresses_of(target, allowed=allowed), deadline=deadline) as (connection, wire):
        connection.request("POST", target.path, body=body, headers={**headers, "Connection": "close"})
        answer = connection.getresponse()
        if time.monotonic() >= deadline:  # headers that the timer cut off look like headers that ended
            raise TimeoutError
        try:
            return Outcome(answer.status, _first_bytes(answer, wire), "", _retry_after(answer))
        finally:
            answer.close()


@contextmanager
def _connected(
    target: Target, addresses: Sequence[Address], *, deadline: float
) -> Iterator[tuple[http.client.HTTPConnection, socket.socket]]:
    plain = _dialled(addresses, target.port, deadline=deadline)
    made = plain if target.is_plain else _over_tls(plain, target.host)
    kind = http.client.HTTPConnection if target.is_plain else http.client.HTTPSConnection
    connection = kind(target.host, target.port)
    try:
        with _shut_after(made, deadline - time.monotonic()):
            if isinstance(made, ssl.SSLSocket):
                made.do_handshake()
            connection.sock = made
            yield connection, made
    finally:
        made.close()
        connection.close()


@contextmanager
def _shut_after(wire: socket.socket, seconds: float) -> Iterator[None]:
    """End whatever is read and written on it when the time is over, if the block is not."""
    watchdog = threading.Timer(max(0.0, seconds), _shut, [wire])
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()


def _dialled(addresses: Sequence[Address], port: int, *, deadline: float) -> socket.socket:
    """A connection to the first address that takes it. Raises OSError."""
    last: OSError = TimeoutError("no time was left to connect")
    for nth, address in enumerate(addresses):
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            break
        try:
            dialled = socket.create_connection((str(address), port), timeout=left_s / (len(addresses) - nth))
        except OSError as error:
            last = error
        else:
            dialled.settimeout(max(0.1, deadline - time.monotonic()))
            return dialled
    raise last


def _over_tls(plain: socket.socket, host: str) -> ssl.SSLSocket:
    try:
        return _tls().wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    except BaseException:
        plain.close()
        raise


@cache
def _tls() -> ssl.SSLContext:
    """The machine's authorities (``SSL_CERT_FILE``), names checked."""
    return ssl.create_default_context()


def _shut(connection: socket.socket) -> None:
    """End what is going on on it; not by the method of TLS, which would wait for the other side."""
    try:
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        return  # closed already


def _first_bytes(answer: http.client.HTTPResponse, wire: socket.socket) -> str:
    """What is there at once; a receiver that says nothing or breaks off has still answered."""
    try:
        with _shut_after(wire, _BODY_PATIENCE_S):  # not a timeout, which begins anew with every byte
            return answer.read1(ANSWER_BYTES).decode(errors="replace").replace("\x00", "")
    except (OSError, http.client.HTTPException, ValueError):
        return ""


def _retry_after(answer: http.client.HTTPResponse) -> float | None:
    """``Retry-After`` in seconds; as a date it is not heeded."""
    text = answer.getheader("Retry-After", "")
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None


def _told(error: Exception) -> str:
    """A reason for the delivery log: one line of text, though a receiver's own bytes may be in it."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return printable(f"{type(error).__name__}: {reason}")[:_REASON_CHARACTERS]


def printable(text: str) -> str:
    """The same, harmless in a log and on a terminal, and a text to PostgreSQL, which takes no NUL."""
    return "".join(character if character.isprintable() else "?" for character in text)
