"""The queues that hints go through, and their heartbeat. Nothing of Django here: Celery's settings are made of it."""

from __future__ import annotations

from typing import Any

from mediadock.core.filetypes import Kind

DEFAULT_QUEUE = "default"
QUEUES = (*(kind.value for kind in Kind), DEFAULT_QUEUE)
"""Every queue that needs a reader: one for each kind, one for the sweeper."""

HEARTBEAT_TASK = "mediadock.heartbeat"
HEARTBEAT_EVERY_S = 15.0

STALE_AFTER_S = 900.0
"""What beat sends and nobody reads for so long is for nobody. Beat's clock says when, the reader's whether it is over:
a quarter of an hour is the most by which a clock can be off, as the store takes no signature beyond."""


def heartbeat_schedule() -> dict[str, dict[str, Any]]:
    """What beat sends: a heartbeat through every queue."""
    options = {"expires": STALE_AFTER_S}
    entry = {"task": HEARTBEAT_TASK, "schedule": HEARTBEAT_EVERY_S}
    return {
        f"heartbeat-{queue}": {**entry, "args": [queue], "options": {**options, "queue": queue}} for queue in QUEUES
    }
