"""How often one may fail to sign in: per name and address, ten times at once and ten times a minute.

Counted for all web processes. When Redis does not answer, this process counts for itself: weaker by the
number of processes, never open. Redis holds a hash in place of the name. Behind a proxy that is not trusted to tell
addresses the limit is per name alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from mediadock.auth.buckets import Bucket, BucketsUnavailable, LocalBuckets, take, whole_seconds
from mediadock.core.errors import TooMany

WINDOW_S = 60
MAX_FAILURES = 10
_local = LocalBuckets()


@contextmanager
def throttled(*, username: str, address: str) -> Iterator[None]:
    """Let an attempt through, or raise TooMany. Counted before it runs, so that a burst cannot slip past; a success
    is given back."""
    subject = hashlib.sha256(f"{address}\0{username}".encode("utf-8", "replace")).hexdigest()
    bucket = Bucket(f"sign-in:{subject}", MAX_FAILURES / WINDOW_S, MAX_FAILURES)
    if wait_s := _take(bucket, 1):
        raise TooMany(
            "too_many_attempts", "Too many attempts to sign in. Wait a minute.", retry_after_s=whole_seconds(wait_s)
        )
    yield
    _take(bucket, -1)


def _take(bucket: Bucket, tokens: int) -> float:
    try:
        return take(bucket, tokens=tokens)
    except BucketsUnavailable:
        return _local.take(bucket, tokens=tokens)
