"""What must happen after commit, at least once: rows written in the transaction, drained by the relay.

Topics: ``process`` sends a hint to the workers; ``discard`` removes what a finished or refused upload left in the
store; ``discard_again`` does it once more when the URLs that its client still holds have lapsed. Each effect is
idempotent, so a relay killed between effect and mark only repeats it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import takewhile
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from mediadock.core.errors import MediadockError
from mediadock.uploads import doorbell, facts
from mediadock.uploads.conf import conf
from mediadock.uploads.crashpoints import committing, crash_point
from mediadock.uploads.models import Outbox

PROCESS = "process"
DISCARD = "discard"
DISCARD_AGAIN = "discard_again"

BATCH = 50
OVERDUE_S = 30
"""What a relay that lives has not carried for so long: there is none."""
_STRAGGLERS_S = 900
"""A PUT may begin in the last second of its URL; it gets so long to end."""
_BACKOFF_CAP_S = 60
_log = logging.getLogger(__name__)

Effect = Callable[[Mapping[str, Any]], None]


def enqueue(topic: str, payload: Mapping[str, Any]) -> None:
    """Add one row to the present transaction and ring the relay when it commits."""
    Outbox.objects.create(topic=topic, payload=payload)
    doorbell.ring_relay_on_commit()


def enqueue_process(*, asset_id: int, kind: str) -> None:
    """Hint that an asset may have work; ``kind`` chooses the workers' queue."""
    enqueue(PROCESS, {"asset_id": asset_id, "kind": kind})


def enqueue_discard(*, keys: list[str], upload_key: str | None = None, upload_id: str | None = None) -> None:
    """Remove objects, and give back a multipart upload's parts."""
    enqueue(DISCARD, {"keys": keys, "upload_key": upload_key, "upload_id": upload_id})


def enqueue_discard_again(*, keys: list[str], upload_key: str | None = None, upload_id: str | None = None) -> None:
    """The same once more, when no URL is good any longer: a PUT in flight or repeated lands after the first time."""
    limits = conf()
    later = timedelta(seconds=max(limits.url_expiry_s, limits.part_url_expiry_s) + _STRAGGLERS_S)
    payload = {"keys": keys, "upload_key": upload_key, "upload_id": upload_id}
    Outbox.objects.create(topic=DISCARD_AGAIN, payload=payload, available_at=Now() + later)


def drain(topic: str, effect: Effect, *, overdue_s: int = 0) -> int:
    """Carry out up to ``BATCH`` rows of a topic that have been due for ``overdue_s``; returns how many were.

    Rows are locked (``SKIP LOCKED``) while their effect runs, so any number of relays may run. A row whose effect
    fails is tried again with a growing delay, for ever: it is the record that something is still to be done. It ends
    the batch, since a broker or a store that is away takes seconds to fail, and the rows stay locked so long. What has
    been due for longest comes first: rows that always fail, as the store refuses a key, hold up nobody behind them.
    """
    with committing("carried"):
        rows = list(
            Outbox.objects.select_for_update(skip_locked=True)
            .filter(topic=topic, available_at__lte=Now() - timedelta(seconds=overdue_s))
            .order_by("available_at", "id")[:BATCH]
        )
        done = list(takewhile(lambda row: _carry_out(row, effect), rows))
        Outbox.objects.filter(pk__in=[row.pk for row in done]).delete()
    if rows:
        facts.tell(facts.Carried(topic, done=len(done), failed=int(len(done) < len(rows))))
    return len(done)


def _carry_out(row: Outbox, effect: Effect) -> bool:
    try:
        effect(row.payload)
    except (MediadockError, OSError) as error:
        delay_s = min(2**row.attempts, _BACKOFF_CAP_S)
        _log.warning("outbox row %s (%s) failed, again in %s s: %s", row.pk, row.topic, delay_s, error)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE mediadock_outbox SET attempts = LEAST(attempts + 1, 1000),"
                " available_at = now() + make_interval(secs => %s) WHERE id = %s",
                [delay_s, row.pk],
            )
        return False
    crash_point("row_carried")
    return True
