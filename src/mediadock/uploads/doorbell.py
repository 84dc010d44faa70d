"""After commit, ring: tell the socket processes and the relay that PostgreSQL holds something new.

A ring is a hint. It goes through Redis from a thread of its own, so a stalled Redis never slows a request, and a
lost ring costs only the listeners' own polling interval (two seconds for sockets, one for the relay).
The first ring goes at once; what comes within the next hundredth of a second goes together after it: a message for
each request cost up to a third of the web process's time.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

import redis
from django.db import transaction
from redis.connection import parse_url

from mediadock.uploads.conf import conf

EVENTS_CHANNEL = "mediadock:events"
OUTBOX_CHANNEL = "mediadock:outbox"
"""As they are called in Redis's first database; see ``channel_here``."""

_CAPACITY = 10_000
_GATHER_S = 0.01
_log = logging.getLogger(__name__)


@cache
def channel_here(channel: str) -> str:
    """A channel of this deployment: what is published in one of Redis's databases is heard in all of them."""
    database = parse_url(conf().redis_url).get("db") or 0  # type: ignore[no-untyped-call]
    return f"{channel}@{database}" if database else channel


class _Ring(NamedTuple):
    """What a channel is told: a message, or that these users have new events."""

    channel: str
    message: str = ""
    users: tuple[int, ...] = ()


class _Bell:
    """What waits to be told, and the thread that tells it to Redis; where too much waits, the hint is dropped."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._waiting: deque[_Ring] = deque()
        self._rung = threading.Event()
        self._client = redis.Redis.from_url(conf().redis_url, socket_timeout=2, socket_connect_timeout=2)
        threading.Thread(target=self._publish_forever, name="doorbell", daemon=True).start()

    def ring(self, ring: _Ring) -> None:
        if len(self._waiting) >= _CAPACITY:
            _log.warning("too much waits to be told; a hint is dropped")
            return
        self._waiting.append(ring)
        if not self._rung.is_set():
            self._rung.set()

    def _publish_forever(self) -> None:
        while True:
            self._rung.wait()
            self._rung.clear()  # before looking: a ring that comes meanwhile sets it again
            rings = [self._waiting.popleft() for _ in range(len(self._waiting))]
            try:
                self._publish(rings)
            except redis.RedisError as error:
                _log.warning("no hint could be published: %s", type(error).__name__)
            time.sleep(_GATHER_S)

    def _publish(self, rings: Iterable[_Ring]) -> None:
        with self._client.pipeline(transaction=False) as pipeline:
            for channel, message in _messages(rings):
                pipeline.publish(channel_here(channel), message)
            pipeline.execute()


def _messages(rings: Iterable[_Ring]) -> Iterable[tuple[str, str]]:
    """Channels and messages in the rings' order; those that follow each other and say the same are one message."""
    for (channel, message), same in groupby(rings, key=lambda ring: (ring.channel, ring.message)):
        yield channel, message or json.dumps({"users": sorted({user for ring in same for user in ring.users})})


_bell: _Bell | None = None
_making = threading.Lock()


def _ring(ring: _Ring) -> None:
    global _bell
    if _bell is None or _bell.pid != os.getpid():
        with _making:
            if _bell is None or _bell.pid != os.getpid():
                _bell = _Bell()
    _bell.ring(ring)


def ring_users_on_commit(users: Iterable[int]) -> None:
    """These users have new events once this transaction is committed."""
    ring = _Ring(EVENTS_CHANNEL, users=tuple(users))
    transaction.on_commit(lambda: _ring(ring))


def ring_relay_on_commit() -> None:
    """The outbox has something new once this transaction is committed."""
    transaction.on_commit(lambda: _ring(_Ring(OUTBOX_CHANNEL, "1")))


def send_frame(users: Iterable[int], frame: Mapping[str, Any]) -> None:
    """A transient frame (progress): sent soon, never stored, lost without harm."""
    _ring(_Ring(EVENTS_CHANNEL, json.dumps({"users": list(users), "frame": frame})))
