"""The user's events as they happen: by WebSocket, reconnecting; by polling while no socket can be had."""

from __future__ import annotations

import random
from collections.abc import Iterator
from threading import Event as Flag
from time import monotonic
from urllib.parse import urlencode

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from mediadock.client.account import Account
from mediadock.client.errors import ClientError
from mediadock.client.events import Cursor
from mediadock.client.reading import Fields
from mediadock.client.retry import RetryPolicy
from mediadock.client.values import Event

RECONNECT = RetryPolicy(first_delay_s=0.5, longest_delay_s=15.0)
POLL_AFTER_FAILURES = 2  # a lost socket is usually back at once; one that fails twice may not be there at all
POLL_EVERY_S = 2.0
STOOD_S = 10.0  # a socket that stood so long was a good one: its loss does not count with the failures before it
LOOK_AT_STOP_S = 0.25
MAX_FRAME_BYTES = 4 * 1024 * 1024


def watch_events(account: Account, *, after: int, stop: Flag) -> Iterator[Event]:
    """Events after ``after``, for ever; each seq exactly once and in order, across reconnects.

    Ends when ``stop`` is set. Raises ``ApiError`` when the server does not want this caller at all.
    """
    cursor = Cursor(account, after)
    failures = 0
    while not stop.is_set():
        began_s = monotonic()
        try:
            for frame in _socket_frames(account, cursor.after, stop):
                failures = 0
                yield from cursor.accept(frame)
        except (OSError, WebSocketException):
            pass
        except ClientError as error:
            if not error.transient:
                raise
        failures = 1 if monotonic() - began_s > STOOD_S else failures + 1
        yield from _until_next_try(cursor, failures, stop)


def _socket_frames(account: Account, after: int, stop: Flag) -> Iterator[Event]:
    """Frames of one connection, until it is lost or ``stop`` is set. Tickets serve once, so each has its own."""
    address = account.get("/config").text("ws_url")
    ticket = account.post("/auth/ws-ticket").text("ticket")
    url = f"{address}?{urlencode({'after': after, 'ticket': ticket})}"
    with connect(url, max_size=MAX_FRAME_BYTES, close_timeout=2, proxy=None) as socket:
        while not stop.is_set():
            try:
                frame = socket.recv(timeout=LOOK_AT_STOP_S)
            except TimeoutError:
                continue
            yield Event.read(Fields.parse(frame.encode() if isinstance(frame, str) else frame))


def _until_next_try(cursor: Cursor, failures: int, stop: Flag) -> Iterator[Event]:
    """Wait before the next socket; when it may be long, poll meanwhile."""
    delay_s = RECONNECT.delay_s(failures, retry_after_s=None, chance=random.random())  # noqa: S311 - spreads load
    next_try_s = monotonic() + delay_s
    while (left_s := next_try_s - monotonic()) > 0 and not stop.is_set():
        if failures >= POLL_AFTER_FAILURES:
            yield from _polled(cursor)
        stop.wait(min(POLL_EVERY_S, left_s))


def _polled(cursor: Cursor) -> Iterator[Event]:
    try:
        yield from cursor.poll()
    except ClientError as error:
        if not error.transient:
            raise
