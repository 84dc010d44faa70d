"""Sweep: find what a lost hint, a dead worker or a vanished client left behind. Safe to run anywhere, any time.

The database's clock decides. Rows are taken with ``SKIP LOCKED`` and moved by compare-and-set, so two sweepers
never do a thing twice.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from mediadock.core.errors import Conflict, NotFound
from mediadock.core.states import State
from mediadock.storage.errors import StoreUnavailable
from mediadock.uploads import outbox, turns
from mediadock.uploads.conf import conf
from mediadock.uploads.crashpoints import committing
from mediadock.uploads.facts import Found, tell
from mediadock.uploads.lifecycle import StaleTransitionError, transition
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.adopt import NOT_OF_ONE_ALONE, adopt_arrivals
from mediadock.uploads.services.complete import complete_upload
from mediadock.uploads.services.expire import expire_upload
from mediadock.uploads.store import object_store

BATCH = 200
_FURTHEST = 5 * BATCH
"""How many a round looks at, where most of them stay where they are."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swept:
    """How many assets were requeued, given up, hinted again, adopted and expired; each counted by who did it."""

    requeued: int
    given_up: int
    hinted: int
    adopted: int
    expired: int


def sweep() -> Swept:
    """One round over everything unsettled."""
    freed = _lapsed_leases()
    hinted = _lost_hints()
    ended = _each(MediaAsset.objects.filter(state=State.PENDING, expires_at__lte=Now()).order_by("expires_at"), _ended)
    adopted = ended["adopted"] + _arrived_unsaid() + adopt_arrivals()
    swept = Swept(freed["requeued"], freed["given_up"], hinted, adopted, ended["expired"])
    tell(Found(asdict(swept)))
    return swept


def _each(found: QuerySet[MediaAsset], move: Callable[[MediaAsset], str]) -> Counter[str]:
    """Move up to ``BATCH`` of these on; how many came to what. ``move`` gives "" for what was not ours to move.

    One that stays where it is, as the store refuses it or a hook or a profile of the host's breaks, holds up no other.
    A store that is away ends it: the next round is soon.
    """
    outcomes: Counter[str] = Counter()
    tried: list[int] = []
    broken = 0
    while (room := BATCH - outcomes.total()) > 0 and len(tried) < _FURTHEST:
        assets = list(found.exclude(pk__in=tried)[:room])
        for asset in assets:
            tried.append(asset.pk)
            try:
                if outcome := move(asset):
                    outcomes[outcome] += 1
            except (StaleTransitionError, Conflict, NotFound):
                continue  # ended or deleted while we looked
            except StoreUnavailable as error:
                _log.warning("asset %s: the store cannot be asked for it: %s", asset.pk, error)
                if error.transient:
                    return outcomes
            except NOT_OF_ONE_ALONE:
                raise
            except Exception as error:  # noqa: BLE001 - a mistake of the host's, or of ours, about this one
                broken += 1
                _log.error("asset %s: the sweeper cannot move it", asset.pk, exc_info=error if broken == 1 else None)
        if len(assets) < room:
            break
    return outcomes


def _lapsed_leases() -> Counter[str]:
    if _database_has_just_started():
        return Counter()
    lapsed = MediaAsset.objects.filter(state=State.PROCESSING, lease_until__lte=Now())
    return _each(lapsed.order_by("lease_until"), _freed)


def _freed(asset: MediaAsset) -> str:
    """Somebody died over it: the next has a try, if there is one left."""
    if asset.attempt >= conf().max_attempts:
        transition(asset.pk, State.FAILED, lease_token=asset.lease_token, changes=_GIVEN_UP)
        return "given_up"
    transition(asset.pk, State.UPLOADED, lease_token=asset.lease_token, changes={"variants": {}})
    return "requeued"


def _database_has_just_started() -> bool:
    """Whether leases may have lapsed only because nobody could renew them: their workers are given as long again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now() < pg_postmaster_start_time() + make_interval(secs => %s)", [conf().lease_s])
        row = cursor.fetchone()
    return bool(row and row[0])


def _lost_hints() -> int:
    """Hint again for what waits: after 10 s, then 20 s, 40 s … so that a long queue is not flooded."""
    with committing("hinted"):
        with connection.cursor() as cursor:
            cursor.execute(_HINT_AGAIN, [turns.MOST_DOUBLINGS, conf().hint_patience_s, turns.MOST_DOUBLINGS, BATCH])
            waiting = cursor.fetchall()
        for asset_id, kind in waiting:
            outbox.enqueue_process(asset_id=asset_id, kind=kind)
    return len(waiting)


def _ended(asset: MediaAsset) -> str:
    """A client that vanished: its upload is adopted if the bytes are all there, and expires if they are not."""
    ended = expire_upload(asset)
    if ended is asset:  # ours read again, and not the row as our own transition left it
        return ""
    return "expired" if ended.state == State.EXPIRED else "adopted"


def _arrived_unsaid() -> int:
    """Uploads that are whole in the store and pending here: nobody came to say so, or whoever did was killed.

    Looked for after a minute, then two, four, eight … A multipart upload counts once it is assembled: whoever has
    parts in the store may still be sending others.
    """
    with committing("looked"), connection.cursor() as cursor:
        cursor.execute(_LOOK_AGAIN, [_FIRST_LOOK_S, _MOST_LOOKS, BATCH])
        ids = [row[0] for row in cursor.fetchall()]
    return _each(MediaAsset.objects.filter(pk__in=ids, state=State.PENDING), _adopted).total()


def _adopted(asset: MediaAsset) -> str:
    """Complete what nobody completes, unless somebody just did. Raises as ``complete_upload``."""
    whole = object_store().head(asset.object_key).size_bytes == asset.size_bytes
    return "adopted" if whole and complete_upload(asset) is not asset else ""


_GIVEN_UP = {
    "variants": {},
    "error_code": "worker_died",
    "error_reason": "Processing broke off several times with this file.",
}

_FIRST_LOOK_S = 60
_MOST_LOOKS = 10
"""After ten doublings, two thirds of a day, the upload's end is near."""

_LOOK_AGAIN = """
    UPDATE mediadock_asset SET hints = hints + 1, hinted_at = now()
     WHERE id IN (
        SELECT id FROM mediadock_asset
         WHERE state = 'pending' AND hinted_at <= now() - make_interval(secs => %s * (1 << LEAST(hints, %s)::int))
         ORDER BY updated_at LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING id
"""

# Counted no further than the pause grows: an asset that has waited for a day has failed at nothing yet, and a worker
# that finds a server away asks the same count how often that has been.
_HINT_AGAIN = """
    UPDATE mediadock_asset SET hints = GREATEST(hints, LEAST(hints + 1, %s)), hinted_at = now()
     WHERE id IN (
        SELECT id FROM mediadock_asset
         WHERE <waiting>
           AND hinted_at <= now() - make_interval(secs => %s * (1 << LEAST(hints, %s)::int))
           AND updated_at <= now() - interval '10 seconds'
         ORDER BY updated_at LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING id, kind
""".replace("<waiting>", turns.WAITING)
