"""Signs of life: who did what when, one row a name, by the database's clock.

Celery can be connected and take no work; only a row that a task wrote says that beat, broker, worker and database
work together. Names: a queue's (``queue:image``), written by a task that went through it; ``sweep``, after a whole
round; ``relay``, while its loop goes round; ``store-event``, when the store told of a probe (see ``is_probe``). This
module alone writes them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models.functions import Now

from mediadock.core.keys import INCOMING
from mediadock.uploads.crashpoints import one_statement
from mediadock.uploads.models import Heartbeat

SWEEP = "sweep"
RELAY = "relay"
STORE_EVENT = "store-event"
PROBES = f"{INCOMING}.mediadock-probe/"
"""Where ``mediadock doctor`` puts its objects; no profile's layout begins with a dot."""


def of_queue(queue: str) -> str:
    """The name under which a queue's heartbeat is kept."""
    return f"queue:{queue}"


def beat(name: str) -> None:
    """Something of this name happened just now."""
    with one_statement("heartbeat"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mediadock_heartbeat (name, beaten_at) VALUES (%s, clock_timestamp())"
            " ON CONFLICT (name) DO UPDATE SET beaten_at = GREATEST(mediadock_heartbeat.beaten_at, EXCLUDED.beaten_at)",
            [name],
        )


def was_heard(name: str, *, within_s: float) -> bool:
    """Whether something of this name happened so short a time ago."""
    since = Now() - timedelta(seconds=within_s)
    return Heartbeat.objects.filter(name=name, beaten_at__gt=since).exists()


def last_beats() -> dict[str, datetime]:
    """When each name was last heard of; one that never was is not there."""
    return dict(Heartbeat.objects.values_list("name", "beaten_at"))


def is_probe(key: str) -> bool:
    """Whether an object is there only to see that the store tells of it."""
    return key.startswith(PROBES)
