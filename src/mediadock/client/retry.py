"""When to try again, and how long to wait before it: exponential backoff with jitter."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from threading import Event as Flag
from typing import TypeVar

from mediadock.client.errors import ClientError, Stopped

T = TypeVar("T")


@dataclass(frozen=True)
class RetryPolicy:
    """Three tries a request, about 0.5 s and 1 s apart; a server's Retry-After wins if it is longer.

    One beyond ``longest_retry_after_s`` ends the tries at once: the caller decides whether to wait so long.
    """

    tries: int = 3
    first_delay_s: float = 0.5
    longest_delay_s: float = 20.0
    longest_retry_after_s: float = 30.0

    def delay_s(self, failed_tries: int, *, retry_after_s: float | None, chance: float) -> float:
        """Seconds to wait after so many failed tries; ``chance`` in 0..1 spreads clients over the upper half."""
        whole = min(self.longest_delay_s, self.first_delay_s * 2.0 ** (failed_tries - 1))
        jittered = whole / 2 + chance * whole / 2
        return max(jittered, retry_after_s or 0.0)

    def gives_up(self, failed_tries: int, *, retry_after_s: float | None) -> bool:
        """Whether no further try is due."""
        return failed_tries >= self.tries or (retry_after_s or 0.0) > self.longest_retry_after_s


def with_retries(call: Callable[[], T], *, policy: RetryPolicy, stop: Flag | None = None) -> T:
    """What ``call`` returns; its transient failures are tried again. ``Stopped`` as soon as ``stop`` is set."""
    for failed_tries in count(1):
        try:
            return call()
        except ClientError as error:
            if stop is not None and stop.is_set():
                raise Stopped from error
            if not error.transient or policy.gives_up(failed_tries, retry_after_s=error.retry_after_s):
                raise
            delay_s = policy.delay_s(failed_tries, retry_after_s=error.retry_after_s, chance=random.random())  # noqa: S311 - spreads load, guards nothing
            pause(delay_s, stop)
    raise AssertionError("count() never ends")


def pause(delay_s: float, stop: Flag | None) -> None:
    """Wait so long; ``Stopped`` at once when ``stop`` is set meanwhile."""
    if (stop or Flag()).wait(delay_s):
        raise Stopped
