"""Token buckets: how often somebody may do something, counted in Redis for all processes by one small script.

A bucket is one number in Redis, the moment at which it will be full again (the "generic cell rate algorithm"), and
goes by itself then. Several are asked in one call, and all of them pay or none. Redis's clock decides.

A Redis that does not answer costs ``TIMEOUT_S`` once in ``PAUSE_S``; in between nobody asks. What that means is the
caller's to say: to let through what is only limited, to count for itself what must never be open.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mediadock.auth.conf import auth_conf

TIMEOUT_S = 0.2
PAUSE_S = 2.0
_MAX_LOCAL_BUCKETS = 10_000
_ROUNDING_S = 1e-6

SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local full_at, wait = {}, 0
for i, name in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  full_at[i] = math.max(tonumber(redis.call('GET', name) or now), now) + ARGV[1] * interval
  wait = math.max(wait, full_at[i] - now - burst * interval)
end
if wait > 0.000001 then return tostring(wait) end
for i, name in ipairs(KEYS) do
  local lives_ms = math.ceil((full_at[i] - now) * 1000)
  if lives_ms > 0 then redis.call('SET', name, string.format('%.6f', full_at[i]), 'PX', lives_ms)
  else redis.call('DEL', name) end
end
return '0'
"""
"""Takes ARGV[1] tokens (-1 gives one back) out of each bucket; the seconds to wait where one has too few."""


class BucketsUnavailable(Exception):
    """Redis did not answer, or has just not answered somebody else."""


@dataclass(frozen=True)
class Bucket:
    """``burst`` tokens when it is full, and ``per_s`` come back each second. ``name`` is whose and of what."""

    name: str
    per_s: float
    burst: int


def take(*buckets: Bucket, tokens: int = 1) -> float:
    """Take a token out of each; the seconds to wait when one is empty and nothing was taken, otherwise 0.

    Raises ``BucketsUnavailable``.
    """
    return _shared().take(buckets, tokens)


def arguments_of(buckets: Sequence[Bucket], tokens: int = 1) -> tuple[list[str], list[float]]:
    """What ``SCRIPT`` is called with: its keys and its values."""
    numbers = [number for bucket in buckets for number in (1 / bucket.per_s, bucket.burst)]
    return [key_of(bucket) for bucket in buckets], [tokens, *numbers]


def key_of(bucket: Bucket) -> str:
    """Where Redis keeps it."""
    return f"mediadock:bucket:{bucket.name}"


class _SharedBuckets:
    """Redis, as long as it answers."""

    def __init__(self, url: str) -> None:
        # Once more for a connection that Redis closed while it was idle; a timeout is not repeated.
        retry = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
        client = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=retry, retry_on_timeout=False
        )
        self._script = client.register_script(SCRIPT)
        self._ask_again_at = 0.0

    def take(self, buckets: Sequence[Bucket], tokens: int) -> float:
        if time.monotonic() < self._ask_again_at:
            raise BucketsUnavailable
        keys, values = arguments_of(buckets, tokens)
        try:
            return float(self._script(keys, values))
        except (redis.RedisError, OSError) as error:
            self._ask_again_at = time.monotonic() + PAUSE_S
            raise BucketsUnavailable from error


@cache
def _shared() -> _SharedBuckets:
    return _SharedBuckets(auth_conf().redis_url)


class LocalBuckets:
    """The same for this process alone, bounded: when there are too many, all are full again."""

    def __init__(self) -> None:
        self._full_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, *buckets: Bucket, tokens: int = 1) -> float:
        """As the function of that name."""
        now = time.monotonic()
        with self._lock:
            full_at = {one.name: self._known(one.name, now) + tokens / one.per_s for one in buckets}
            wait_s = max(full_at[one.name] - now - one.burst / one.per_s for one in buckets)
            if wait_s > _ROUNDING_S:
                return wait_s
            self._make_room(now)
            self._full_at.update(full_at)
            return 0.0

    def learn(self, bucket: Bucket, full_in_s: float) -> None:
        """Somebody who knows better says when a bucket is full."""
        with self._lock:
            self._full_at[bucket.name] = time.monotonic() + full_in_s

    def _known(self, name: str, now: float) -> float:
        return max(self._full_at.get(name, now), now)

    def _make_room(self, now: float) -> None:
        if len(self._full_at) >= _MAX_LOCAL_BUCKETS:
            self._full_at = {name: full_at for name, full_at in self._full_at.items() if full_at > now}
        if len(self._full_at) >= _MAX_LOCAL_BUCKETS:
            self._full_at.clear()


def whole_seconds(wait_s: float) -> int:
    """For ``Retry-After``, which knows no fractions."""
    return max(1, math.ceil(wait_s))
