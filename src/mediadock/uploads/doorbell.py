"""After commit, ring: tell the socket processes and the relay that PostgreSQL holds something new.

A ring is a hint. It goes through Redis from a thread of its own, so a stalled Redis never slows a request, and a
lost ring costs only the listeners' own polling interval (two seconds for sockets, one for the relay).
"""

from __future__ import annotations

import json
import logging
import os
import queue
import threading
from collections.abc import Iterable, Mapping
from typing import Any

import redis
from django.db import transaction

from mediadock.uploads.conf import conf

EVENTS_CHANNEL = "mediadock:events"
OUTBOX_CHANNEL = "mediadock:outbox"

_CAPACITY = 10_000
_log = logging.getLogger(__name__)


class _Bell:
    """A bounded queue and the thread that empties it into Redis; full means the hint is dropped."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._waiting: queue.Queue[tuple[str, str]] = queue.Queue(_CAPACITY)
        self._client = redis.Redis.from_url(conf().redis_url, socket_timeout=2, socket_connect_timeout=2)
        threading.Thread(target=self._publish_forever, name="doorbell", daemon=True).start()

    def ring(self, channel: str, message: str) -> None:
        try:
            self._waiting.put_nowait((channel, message))
        except queue.Full:
            _log.warning("the doorbell's queue is full; a hint is dropped")

    def _publish_forever(self) -> None:
        while True:
            channel, message = self._waiting.get()
            try:
                self._client.publish(channel, message)
            except redis.RedisError as error:
                _log.warning("no hint could be published: %s", type(error).__name__)


_bell: _Bell | None = None
_making = threading.Lock()


def _ring(channel: str, message: str) -> None:
    global _bell
    if _bell is None or _bell.pid != os.getpid():
        with _making:
            if _bell is None or _bell.pid != os.getpid():
                _bell = _Bell()
    _bell.ring(channel, message)


def ring_users_on_commit(users: Iterable[int]) -> None:
    """These users have new events once this transaction is committed."""
    message = json.dumps({"users": list(users)})
    transaction.on_commit(lambda: _ring(EVENTS_CHANNEL, message))


def ring_relay_on_commit() -> None:
    """The outbox has something new once this transaction is committed."""
    transaction.on_commit(lambda: _ring(OUTBOX_CHANNEL, "1"))


def send_frame(users: Iterable[int], frame: Mapping[str, Any]) -> None:
    """A transient frame (progress): sent now, never stored, lost without harm."""
    _ring(EVENTS_CHANNEL, json.dumps({"users": list(users), "frame": frame}))
