"""Sweep: find what a lost hint, a dead worker or a vanished client left behind. Safe to run anywhere, any time.

The database's clock decides. Rows are taken with ``SKIP LOCKED`` and moved by compare-and-set, so two sweepers
never do a thing twice.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass

from django.db import connection
from django.db.models.functions import Now

from mediadock.core.errors import Conflict, NotFound
from mediadock.core.states import State
from mediadock.storage.errors import StoreUnavailable
from mediadock.uploads import outbox, turns
from mediadock.uploads.conf import conf
from mediadock.uploads.lifecycle import StaleTransitionError, transition
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.complete import complete_upload

BATCH = 200
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swept:
    """How many assets were requeued, given up, hinted again, adopted and expired."""

    requeued: int
    given_up: int
    hinted: int
    adopted: int
    expired: int


def sweep() -> Swept:
    """One round over everything unsettled."""
    requeued, given_up = _lapsed_leases()
    hinted = _lost_hints()
    adopted, expired = _overdue_uploads()
    return Swept(requeued, given_up, hinted, adopted, expired)


def _lapsed_leases() -> tuple[int, int]:
    lapsed = MediaAsset.objects.filter(state=State.PROCESSING, lease_until__lte=Now()).order_by("lease_until")[:BATCH]
    requeued = given_up = 0
    for asset in lapsed:
        with suppress(StaleTransitionError):
            if asset.attempt >= conf().max_attempts:
                given_up += 1
                transition(asset.pk, State.FAILED, lease_token=asset.lease_token, changes=_GIVEN_UP)
            else:
                requeued += 1
                transition(asset.pk, State.UPLOADED, lease_token=asset.lease_token, changes={"variants": {}})
    return requeued, given_up


def _lost_hints() -> int:
    """Hint again for what waits: after 10 s, then 20 s, 40 s … so that a long queue is not flooded."""
    with connection.cursor() as cursor:
        cursor.execute(_HINT_AGAIN, [conf().hint_patience_s, turns.MOST_DOUBLINGS, BATCH])
        waiting = cursor.fetchall()
    for asset_id, kind in waiting:
        outbox.enqueue_process(asset_id=asset_id, kind=kind)
    return len(waiting)


def _overdue_uploads() -> tuple[int, int]:
    """A client that vanished: its upload is adopted if the bytes are all there, and expires if they are not."""
    overdue = MediaAsset.objects.filter(state=State.PENDING, expires_at__lte=Now()).order_by("expires_at")[:BATCH]
    adopted = expired = 0
    for asset in overdue:
        try:
            complete_upload(asset)
            adopted += 1
        except Conflict:
            with suppress(StaleTransitionError):
                transition(asset.pk, State.EXPIRED)
                expired += 1
        except NotFound:
            continue  # deleted while we looked
        except StoreUnavailable as error:
            _log.warning("asset %s: not asked for while the store is away: %s", asset.pk, error)
            if error.transient:
                break  # the next round is soon; one upload that the store refuses holds up no other
    return adopted, expired


_GIVEN_UP = {
    "variants": {},
    "error_code": "worker_died",
    "error_reason": "Processing broke off several times with this file.",
}

_HINT_AGAIN = """
    UPDATE mediadock_asset SET hints = hints + 1, hinted_at = now()
     WHERE id IN (
        SELECT id FROM mediadock_asset
         WHERE <waiting>
           AND hinted_at <= now() - make_interval(secs => %s * (1 << LEAST(hints, %s)::int))
           AND updated_at <= now() - interval '10 seconds'
         ORDER BY updated_at LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING id, kind
""".replace("<waiting>", turns.WAITING)
