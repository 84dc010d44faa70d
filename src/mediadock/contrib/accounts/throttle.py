"""How often one may fail to sign in: per name and address, in windows of a minute.

Counted in Redis for all web processes. When Redis does not answer, this process counts for itself: weaker by the
number of processes, never open. Redis holds a hash in place of the name. Behind a proxy that hides addresses the
limit is per name alone.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mediadock.auth.conf import auth_conf
from mediadock.core.errors import TooMany

WINDOW_S = 60
MAX_FAILURES = 10
_MAX_LOCAL_ENTRIES = 10_000


@contextmanager
def throttled(*, username: str, address: str) -> Iterator[None]:
    """Let an attempt through, or raise TooMany. Counted before it runs, so that a burst cannot slip past; a success
    is given back."""
    window, elapsed_s = divmod(int(time.time()), WINDOW_S)
    subject = f"{window}\0{address}\0{username}".encode("utf-8", "replace")
    name = f"mediadock:sign-in:{hashlib.sha256(subject).hexdigest()}"
    if _add(name, 1) > MAX_FAILURES:
        raise TooMany(
            "too_many_attempts", "Too many attempts to sign in. Wait a minute.", retry_after_s=WINDOW_S - elapsed_s
        )
    yield
    _add(name, -1)


def _add(name: str, amount: int) -> int:
    try:
        with _redis().pipeline(transaction=False) as pipeline:
            pipeline.incrby(name, amount)
            pipeline.expire(name, 2 * WINDOW_S)
            count: int = pipeline.execute()[0]
            return count
    except (redis.RedisError, OSError):
        return _local.add(name, amount)


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        auth_conf().redis_url, socket_timeout=0.5, socket_connect_timeout=0.5, retry=Retry(NoBackoff(), 1)
    )


class _LocalCounts:
    """Counts of this process alone, bounded: when full, everything is forgotten and counting starts anew."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def add(self, name: str, amount: int) -> int:
        with self._lock:
            if len(self._counts) >= _MAX_LOCAL_ENTRIES:
                self._counts.clear()
            self._counts[name] = self._counts.get(name, 0) + amount
            return self._counts[name]


_local = _LocalCounts()
