"""Token buckets counted in this process at once, and with all other processes a moment later.

How it works: a token is taken by what this process knows of the bucket. A thread tells Redis what was taken, of all
buckets in one call, at most twenty times a second; the answer is how full each is by everybody's count. So a request
pays for a look into a dictionary: asking Redis for each took a sixth of an upload session's processor time.
While Redis is away each process counts for itself.
What it cannot do: processes that have not heard of each other may grant a bucketful each. What must be exact takes its
tokens by ``buckets.take``.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Mapping

import redis

from mediadock.auth.buckets import PAUSE_S, Bucket, LocalBuckets, key_of
from mediadock.auth.conf import auth_conf

_GATHER_S = 0.05
_PATIENCE_S = 2.0  # nobody waits for this thread
_log = logging.getLogger(__name__)

_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local full_in = {}
for i, name in ipairs(KEYS) do
  local tokens, interval, burst = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local full_at = math.max(tonumber(redis.call('GET', name) or now), now) + tokens * interval
  full_at = math.min(full_at, now + burst * interval)
  redis.call('SET', name, string.format('%.6f', full_at), 'PX', math.max(1, math.ceil((full_at - now) * 1000)))
  full_in[i] = string.format('%.6f', full_at - now)
end
return full_in
"""
"""Takes ARGV's tokens out of each bucket, as far as there are any; the seconds until each is full again."""


class SettledBuckets:
    """The buckets of one process. Thread-safe; starts a thread that ends with the process."""

    def __init__(self, redis_url: str) -> None:
        self._here = LocalBuckets()
        self._taken: Counter[Bucket] = Counter()
        self._lock = threading.Lock()
        self._spent = threading.Event()
        client = redis.Redis.from_url(redis_url, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S)
        self._script = client.register_script(_SCRIPT)
        threading.Thread(target=self._settle_forever, name="request-limits", daemon=True).start()

    def take(self, *buckets: Bucket) -> float:
        """Take a token out of each; the seconds to wait when one is empty and nothing was taken, otherwise 0."""
        with self._lock:  # what is taken is owed in the same moment, or settling would forget it for a while
            wait_s = self._here.take(*buckets)
            if wait_s:
                return wait_s
            for bucket in buckets:
                self._taken[bucket] += 1
        if not self._spent.is_set():
            self._spent.set()
        return 0.0

    def _settle_forever(self) -> None:
        while True:
            self._spent.wait()
            self._spent.clear()  # before looking: what is taken meanwhile sets it again
            with self._lock:
                taken, self._taken = self._taken, Counter()
            try:
                self._settle(taken)
            except (redis.RedisError, OSError) as error:
                _log.warning("requests are counted by each process for itself: %s", type(error).__name__)
                time.sleep(PAUSE_S)
            time.sleep(_GATHER_S)

    def _settle(self, taken: Mapping[Bucket, int]) -> None:
        numbers = [number for one, tokens in taken.items() for number in (tokens, 1 / one.per_s, one.burst)]
        full_in_s = self._script([key_of(bucket) for bucket in taken], numbers)
        with self._lock:
            for bucket, seconds in zip(taken, full_in_s, strict=True):
                self._here.learn(bucket, float(seconds) + self._taken[bucket] / bucket.per_s)


_of_process: tuple[int, SettledBuckets] | None = None
_making = threading.Lock()


def take_and_settle(*buckets: Bucket) -> float:
    """Take a token out of each of these buckets of the deployment, as ``SettledBuckets.take``."""
    global _of_process
    known = _of_process
    if known is None or known[0] != os.getpid():  # a forked process has none of its parent's threads
        with _making:
            known = _of_process
            if known is None or known[0] != os.getpid():
                _of_process = known = (os.getpid(), SettledBuckets(auth_conf().redis_url))
    return known[1].take(*buckets)
