"""The carrier: an errand of the relay that sends what is due, with threads of its own for each endpoint.

An endpoint that is slow holds up its own threads and nobody else's; they are there while there is work for it. A
database connection is held while something is taken or written down, never while an endpoint is waited for.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from django.db import DatabaseError, connection

from mediadock import __version__
from mediadock.uploads.connections import replace_dead_connections
from mediadock.uploads.crashpoints import crash_point
from mediadock.uploads.relay import POLL_S
from mediadock.webhooks.conf import webhook_conf
from mediadock.webhooks.deliveries import Taken, endpoints_with_work, report, take
from mediadock.webhooks.history import forget_old
from mediadock.webhooks.sending import Outcome, post
from mediadock.webhooks.signing import signed_headers

AT_ONCE = 4
"""Deliveries under way to one endpoint by one carrier; each waits for an answer of its own."""
_FORGET_EVERY_S = 3600.0
_PATIENCE_S = 5.0
"""How long a carrier that is to stop waits for answers; what it does not wait for is sent again."""
_log = logging.getLogger(__name__)


class Carrier:
    """What goes round between the endpoints; ``run`` is the errand."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._busy: dict[int, list[threading.Thread]] = {}
        self._forgot_at = float("-inf")

    def run(self, rung: threading.Event, stopping: threading.Event) -> None:
        """Send what is due when ``rung``, and at least every second, until ``stopping``."""
        self._stopping = stopping
        while not stopping.is_set():
            rung.clear()
            try:
                self._look()
            except DatabaseError as error:
                _log.warning("the database does not answer: %s", error)
                replace_dead_connections()
            finally:
                connection.close()
            rung.wait(POLL_S)
        deadline = time.monotonic() + _PATIENCE_S
        for thread in [thread for threads in self._busy.values() for thread in threads]:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _look(self) -> None:
        for endpoint_id in endpoints_with_work():
            running = [thread for thread in self._busy.get(endpoint_id, []) if thread.is_alive()]
            self._busy[endpoint_id] = running + [self._begun(endpoint_id) for _ in range(AT_ONCE - len(running))]
        if time.monotonic() - self._forgot_at > _FORGET_EVERY_S:
            self._forgot_at = time.monotonic()
            forget_old()

    def _begun(self, endpoint_id: int) -> threading.Thread:
        return begin(endpoint_id, stopping=self._stopping, daemon=True)


def begin(
    endpoint_id: int,
    *,
    stopping: threading.Event,
    daemon: bool = False,
    reported: Callable[[Outcome], object] | None = None,
) -> threading.Thread:
    """A thread that sends one after the other until nothing is due for this endpoint, or ``stopping``.

    A process that ends waits for what it has in hand, unless it is a ``daemon``.
    """
    carry = partial(_carry, endpoint_id, stopping=stopping, reported=reported or _nobody)
    thread = threading.Thread(target=carry, name=f"webhook-{endpoint_id}", daemon=daemon)
    thread.start()
    return thread


def _carry(endpoint_id: int, *, stopping: threading.Event, reported: Callable[[Outcome], object]) -> None:
    try:
        while not stopping.is_set() and (taken := _taken(endpoint_id)):
            outcome = attempt(taken)
            crash_point("webhook_attempted")
            _report(taken, outcome)
            reported(outcome)
    except DatabaseError as error:
        _log.warning("webhooks to endpoint %s wait for the database: %s", endpoint_id, error)
        replace_dead_connections()
    finally:
        connection.close()


def _nobody(_outcome: Outcome) -> None:
    """Nobody counts."""


def _taken(endpoint_id: int) -> Taken | None:
    try:
        return take(endpoint_id)
    finally:
        connection.close()  # nobody waits for an endpoint with a connection of the pool in hand


def _report(taken: Taken, outcome: Outcome) -> None:
    """Write it down; what a database that is away does not take is sent again."""
    try:
        report(taken, outcome)
    finally:
        connection.close()


def attempt(taken: Taken) -> Outcome:
    """Sign and send a delivery once."""
    settings = webhook_conf()
    headers = signed_headers(taken.secrets, message_id=taken.message_key, timestamp=int(time.time()), body=taken.body)
    return post(
        taken.url,
        body=taken.body,
        headers={**headers, "Content-Type": "application/json", "User-Agent": f"Mediadock/{__version__}"},
        timeout_s=settings.timeout_s,
        allowed=settings.allowed,
    )
