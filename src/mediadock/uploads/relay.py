"""The relay: carries the outbox to the workers and the store, as soon as it rings and at least every second."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any, Protocol

import redis
from django.db import DatabaseError, connection

from mediadock.core.errors import Unavailable
from mediadock.uploads import outbox
from mediadock.uploads.conf import conf
from mediadock.uploads.connections import replace_dead_connections
from mediadock.uploads.doorbell import OUTBOX_CHANNEL
from mediadock.uploads.store import object_store

POLL_S = 1.0
PROCESS_TASK = "mediadock.process"

_log = logging.getLogger(__name__)


class Sender(Protocol):
    """What carries a hint: Celery's application, which knows its broker."""

    def send_task(self, name: str, *, args: list[Any], queue: str) -> object:
        """Name a task and its arguments; nothing of it is imported here."""


class Relay:
    """Two loops, so that a slow store never holds up a hint: one for the workers, one for the store."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._rung = {topic: threading.Event() for topic in (outbox.PROCESS, outbox.DISCARD)}
        self._stopping = threading.Event()

    def run(self) -> None:
        """Carry until ``stop``."""
        threads = [
            threading.Thread(target=self._listen, name="relay-bell", daemon=True),
            threading.Thread(target=self._carry, args=(outbox.DISCARD, discard), name="relay-discard"),
        ]
        for thread in threads:
            thread.start()
        self._carry(outbox.PROCESS, self._hint)
        threads[1].join()

    def stop(self) -> None:
        """End both loops after the row in hand."""
        self._stopping.set()
        for rung in self._rung.values():
            rung.set()

    def _hint(self, payload: Mapping[str, Any]) -> None:
        try:
            self._sender.send_task(PROCESS_TASK, args=[payload["asset_id"], payload["kind"]], queue=payload["kind"])
        except Exception as error:  # kombu lets its transports' own errors through
            raise Unavailable("broker_unavailable", "The broker does not answer.", log=repr(error)) from error

    def _carry(self, topic: str, effect: outbox.Effect) -> None:
        rung = self._rung[topic]
        while not self._stopping.is_set():
            rung.clear()
            try:
                taken = outbox.drain(topic, effect)
            except DatabaseError as error:
                _log.warning("the database does not answer: %s", error)
                replace_dead_connections()
                taken = 0
            finally:
                connection.close()
            if taken < outbox.BATCH:
                rung.wait(POLL_S)
        connection.close()

    def _listen(self) -> None:
        """Wake the loops when somebody rings; without Redis they wake by themselves."""
        while not self._stopping.is_set():
            try:
                with redis.Redis.from_url(conf().redis_url, socket_connect_timeout=2) as client:
                    subscription = client.pubsub(ignore_subscribe_messages=True)
                    subscription.subscribe(OUTBOX_CHANNEL)
                    while not self._stopping.is_set():
                        if subscription.get_message(timeout=POLL_S):
                            for rung in self._rung.values():
                                rung.set()
            except redis.RedisError as error:
                _log.warning("no doorbell: %s", type(error).__name__)
                self._stopping.wait(POLL_S)


def discard(payload: Mapping[str, Any]) -> None:
    """Remove objects and give back a multipart upload; what is gone already is fine."""
    store = object_store()
    if payload["upload_id"]:
        store.abort_multipart(payload["upload_key"], payload["upload_id"])
    store.delete(payload["keys"])
