"""The relay: carries the outbox to the workers and the store, as soon as it rings and at least every second."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import redis
from django.db import DatabaseError, connection

from mediadock.core.errors import Unavailable
from mediadock.core.states import NEEDS_UPLOAD
from mediadock.storage.errors import StoreUnavailable, UploadMissing
from mediadock.uploads import heartbeats, outbox
from mediadock.uploads.conf import conf
from mediadock.uploads.connections import replace_dead_connections
from mediadock.uploads.crashpoints import crash_point
from mediadock.uploads.doorbell import OUTBOX_CHANNEL, channel_here
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.store import object_store

POLL_S = 1.0
BEAT_S = 10.0
CONFIRM_S = 10.0
"""A row is locked while the broker is told; one that says nothing for so long is asked again later."""

PROCESS_TASK = "mediadock.process"
_HINTS = (outbox.PROCESS,)
_DISCARDS = (outbox.DISCARD, outbox.DISCARD_AGAIN)

_log = logging.getLogger(__name__)

Errand = Callable[[threading.Event, threading.Event], None]
"""What a relay does besides, in a thread of its own: told when it is rung, and when it is to stop."""
_errands: dict[str, Errand] = {}


def also_carry(name: str, errand: Errand) -> None:
    """Have every relay of this process run ``errand``; a listener has its own way to carry what it has written down."""
    _errands[name] = errand


OverdueErrand = Callable[[float], int]
"""What is done of an errand while no relay runs: given how many seconds it may take, gives how much was carried."""
_overdue_errands: dict[str, OverdueErrand] = {}
_ERRAND_S = 3.0
"""The sweeper's next round is in five seconds, whoever is slow."""


def also_carry_overdue(name: str, errand: OverdueErrand) -> None:
    """Have the sweeper's rounds run ``errand``, which itself knows that no relay does and heeds its time."""
    _overdue_errands[name] = errand


class Sender(Protocol):
    """What carries a hint: Celery's application, which knows its broker."""

    def send_task(self, name: str, *, args: list[Any], queue: str, confirm_timeout: float) -> object:
        """Name a task and its arguments; nothing of it is imported here. A broker that confirms has so many seconds."""


class Relay:
    """Two loops, so that a slow store never holds up a hint: one for the workers, one for the store.

    And one for each errand of the listeners, which can hold up neither.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._rung: dict[tuple[str, ...], threading.Event] = {task: threading.Event() for task in (_HINTS, _DISCARDS)}
        self._errands = {name: threading.Event() for name in _errands}
        self._stopping = threading.Event()
        self._beaten_at = float("-inf")

    def run(self) -> None:
        """Carry until ``stop``."""
        threads = [
            threading.Thread(target=self._listen, name="relay-bell", daemon=True),
            threading.Thread(target=self._carry, args=(_DISCARDS,), name="relay-discard"),
            *(
                threading.Thread(target=_errands[name], args=(rung, self._stopping), name=f"relay-{name}")
                for name, rung in self._errands.items()
            ),
        ]
        for thread in threads:
            thread.start()
        self._carry(_HINTS)
        for thread in threads[1:]:
            thread.join()

    def stop(self) -> None:
        """End all loops after what they have in hand."""
        self._stopping.set()
        self._ring()

    def _ring(self) -> None:
        for rung in (*self._rung.values(), *self._errands.values()):
            rung.set()

    def _hint(self, payload: Mapping[str, Any]) -> None:
        try:
            asset_id, kind = payload["asset_id"], payload["kind"]
            self._sender.send_task(PROCESS_TASK, args=[asset_id, kind], queue=kind, confirm_timeout=CONFIRM_S)
        except Exception as error:  # kombu lets its transports' own errors through
            raise Unavailable("broker_unavailable", "The broker does not answer.", log=repr(error)) from error

    def carry_overdue(self) -> int:
        """Do for a relay that is not there what has been due for long; returns how much was carried out."""
        carried = sum(self._drain(task, overdue_s=outbox.OVERDUE_S) for task in (_HINTS, _DISCARDS))
        return carried + sum(errand(_ERRAND_S) for errand in _overdue_errands.values())

    def _drain(self, topics: tuple[str, ...], *, overdue_s: int = 0) -> int:
        effects = {outbox.PROCESS: self._hint, outbox.DISCARD: discard, outbox.DISCARD_AGAIN: discard_again}
        return sum(outbox.drain(topic, effects[topic], overdue_s=overdue_s) for topic in topics)

    def _carry(self, topics: tuple[str, ...]) -> None:
        rung = self._rung[topics]
        while not self._stopping.is_set():
            rung.clear()
            try:
                taken = self._drain(topics)
                if topics is _HINTS:
                    self._beat()
            except DatabaseError as error:
                _log.warning("the database does not answer: %s", error)
                replace_dead_connections()
                taken = 0
            finally:
                connection.close()
            if taken < outbox.BATCH:
                rung.wait(POLL_S)
        connection.close()

    def _beat(self) -> None:
        """Write now and then that this loop goes round."""
        if time.monotonic() - self._beaten_at > BEAT_S:
            heartbeats.beat(heartbeats.RELAY)
            self._beaten_at = time.monotonic()

    def _listen(self) -> None:
        """Wake the loops when somebody rings; without Redis they wake by themselves."""
        while not self._stopping.is_set():
            try:
                with redis.Redis.from_url(conf().redis_url, socket_connect_timeout=2) as client:
                    subscription = client.pubsub(ignore_subscribe_messages=True)
                    subscription.subscribe(channel_here(OUTBOX_CHANNEL))
                    while not self._stopping.is_set():
                        if subscription.get_message(timeout=POLL_S):
                            self._ring()
            except redis.RedisError as error:
                _log.warning("no doorbell: %s", type(error).__name__)
                self._stopping.wait(POLL_S)


def discard(payload: Mapping[str, Any]) -> None:
    """Remove objects and give back a multipart upload; what is gone already is fine."""
    store = object_store()
    if payload["upload_id"]:
        give_back(payload["upload_key"], payload["upload_id"])
        crash_point("multipart_given_back")
    store.delete(payload["keys"])


def discard_again(payload: Mapping[str, Any]) -> None:
    """The same, but for what an asset of ours waits at by now under one of the same keys."""
    awaited = MediaAsset.objects.filter(object_key__in=payload["keys"], state__in=NEEDS_UPLOAD)
    kept = set(awaited.values_list("object_key", flat=True))
    discard({**payload, "keys": [key for key in payload["keys"] if key not in kept]})


def give_back(key: str, upload_id: str) -> None:
    """Abort a multipart upload. Raises ``StoreUnavailable`` while the store still knows it, to be done again.

    A part that is on its way when its upload is aborted may arrive after that and keep it open (AWS,
    "AbortMultipartUpload").
    """
    store = object_store()
    store.abort_multipart(key, upload_id)
    try:
        store.list_parts(key, upload_id)
    except UploadMissing:
        return
    raise StoreUnavailable(log=f"upload {upload_id} outlived its abort")
