"""How long a delivery waits for its next attempt. Pure: chance is an argument."""

from __future__ import annotations

from collections.abc import Sequence

JITTER = 0.1
MOST_S = 24 * 3600.0


def delay_s(attempts: int, delays_s: Sequence[float], *, chance: float, asked_s: float | None = None) -> float | None:
    """Seconds from the end of attempt number ``attempts`` (from 1) to the next one; ``None`` after the last.

    ``chance`` in 0..1 moves it by a tenth either way, so that what failed together does not come back together.
    ``asked_s`` is what the receiver asked for (``Retry-After``): never sooner, and never later than a day.
    """
    if not 0 < attempts <= len(delays_s):
        return None
    delay = delays_s[attempts - 1] * (1 - JITTER + 2 * JITTER * chance)
    return max(delay, min(asked_s or 0.0, MOST_S))
