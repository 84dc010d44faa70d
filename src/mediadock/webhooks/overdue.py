"""What the sweeper does for a relay that is not there: webhooks that nobody carries, a few seconds at a time."""

from __future__ import annotations

import threading
import time

from mediadock.webhooks.carrier import AT_ONCE, begin
from mediadock.webhooks.deliveries import endpoints_left_alone
from mediadock.webhooks.sending import Outcome


def carry_overdue(patience_s: float) -> int:
    """Send to the endpoints that are left alone; returns how many attempts ended within so many seconds.

    None is begun later, and none that is under way then is waited for: it ends, and is written down, in a thread of
    its own. While it lasts its endpoint is not left alone, so the next round brings no more threads to a slow one.
    """
    deadline = time.monotonic() + patience_s
    over = threading.Event()
    ended: list[Outcome] = []
    threads = [
        begin(endpoint_id, stopping=over, reported=ended.append)
        for endpoint_id in endpoints_left_alone()
        for _ in range(AT_ONCE)
    ]
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    over.set()
    return len(ended)
