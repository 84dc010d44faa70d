"""Process: claim, verify, make the variants, publish in one fenced update.

Whatever happens, the asset ends in a named state or is left to its lease: a worker that dies, or loses its lease,
changes nothing further, and the sweeper gives the asset to the next. What the servers behind us do is not held against
the file: a worker that outlives their absence gives the asset back with its attempt, so many times.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from celery.exceptions import SoftTimeLimitExceeded

from mediadock.core.errors import ContentRejected, MediadockError, ProcessingFailed, Unavailable
from mediadock.core.filetypes import Kind
from mediadock.core.profiles import profile_named
from mediadock.core.states import State
from mediadock.storage.errors import DeadlinePassed, StoreUnavailable
from mediadock.storage.pinned import PinnedObject
from mediadock.uploads.conf import conf
from mediadock.uploads.connections import DATABASE_AWAY, outlasting_the_database
from mediadock.uploads.facts import JobBegan, JobEnded, StageEnded, Stopwatch, stage, tell
from mediadock.uploads.lifecycle import StaleTransitionError, claim, transition
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.processors import PROCESSORS, Facts, Job
from mediadock.uploads.services.checksum import HashingSource, check_sha256
from mediadock.uploads.services.lease import Lease, LeasedSource, held_lease
from mediadock.uploads.services.progress import Progress
from mediadock.uploads.services.publish import Publisher
from mediadock.uploads.services.verify import verify_upload
from mediadock.uploads.store import object_store

_PATIENCE = 20
"""How often an asset is queued again because a server was away, or the disk full; each try waits longer."""

_log = logging.getLogger(__name__)


class _DatabaseAway(Unavailable):
    """PostgreSQL went away while a job had something to write down."""


def process_asset(asset_id: int) -> None:
    """Do the work of this very asset, if there is any and nobody else does it. Safe to call any number of times."""
    asset = claim(asset_id)
    if asset is not None:
        process_claimed(asset)


def process_claimed(asset: MediaAsset) -> None:
    """Do the work of an asset whose lease has just been taken."""
    tell(JobBegan(asset, waited_s=max(0.0, (asset.updated_at - asset.due_at).total_seconds())))
    watch = Stopwatch()
    try:
        with watch.running():
            _work_on(asset)
    finally:
        tell(JobEnded(asset, watch))


def _work_on(asset: MediaAsset) -> None:
    asset_id = asset.pk
    assert asset.lease_token is not None
    with held_lease(asset_id, asset.lease_token) as lease:
        publisher = Publisher(asset, lease)
        try:
            facts = _verify_and_render(asset, lease, publisher)
            with publisher.watch.running():
                _make_ready(asset_id, lease, facts)
            tell(StageEnded(asset, "publish", publisher.watch))
        except StaleTransitionError:
            _log.info("asset %s: another worker has it now", asset_id)
            _discard(asset_id, publisher)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not leave the asset to its lease
            _end_badly(asset, lease, _named(error, asset_id))
            _discard(asset_id, publisher)


def _make_ready(asset_id: int, lease: Lease, facts: Facts) -> None:
    """Publish; where the database goes away meanwhile, when it is back. Hours of a film's work are in hand."""
    outlasting_the_database(lambda: transition(asset_id, State.READY, lease_token=lease.token, changes=facts))


def _verify_and_render(asset: MediaAsset, lease: Lease, publisher: Publisher) -> Facts:
    profile = profile_named(asset.profile)
    with stage(asset, "verify"):
        content_type = verify_upload(asset, profile)
    pinned = PinnedObject(
        object_store(),
        asset.object_key,
        etag=asset.etag or "",
        size_bytes=asset.size_bytes,
        deadline_s=conf().process_time_limit_s,
    )
    download = Stopwatch()
    source = HashingSource(LeasedSource(pinned, lease, download))
    kind = Kind(asset.kind)
    facts: Facts = {}
    if processor := PROCESSORS.get(kind):
        job = Job(
            source=source,
            size_bytes=asset.size_bytes,
            content_type=content_type,
            profile=profile,
            publisher=publisher,
            on_progress=Progress(asset, lease, publisher).tell,
            time_limit_s=conf().process_time_limit_s,
        )
        with stage(asset, "decode"):
            facts = processor(job)
        kind = Kind(facts.get("kind", kind))
    facts["sha256"] = check_sha256(source, asset.checksum_sha256)
    tell(StageEnded(asset, "download", download))
    is_itself_the_result = kind is Kind.FILE or kind not in PROCESSORS
    if is_itself_the_result or kind in profile.keep_original:
        publisher.keep_original(content_type)
    return {"detected_type": content_type, **facts, "variants": publisher.variants}


def _named(error: Exception, asset_id: int) -> MediadockError:
    """What it is called in an asset's row."""
    if isinstance(error, DeadlinePassed | SoftTimeLimitExceeded):
        return ProcessingFailed("timeout", "Processing took too long.", log=repr(error))
    if isinstance(error, MediadockError):
        return error
    if isinstance(error, DATABASE_AWAY):
        return _DatabaseAway("database_unavailable", "The database does not answer just now.", log=str(error).strip())
    _log.error("asset %s: processing broke", asset_id, exc_info=error)
    return ProcessingFailed("internal_error", "Processing broke; try again.")


def _end_badly(asset: MediaAsset, lease: Lease, error: MediadockError) -> None:
    """Refused, failed, or back to the queue when only a server was away or the disk full.

    Nothing is changed where another worker has the asset, or where a commit came through whose answer we missed.
    """
    _log.warning("asset %s: %s", asset.pk, error)
    to = State.REJECTED if isinstance(error, ContentRejected) else State.FAILED
    changes: Facts = {"variants": {}, "error_code": error.code, "error_reason": error.detail}
    waits = _is_passing(error) and asset.hints < _PATIENCE
    if waits:
        to = State.UPLOADED
        changes = {"variants": {}, "attempt": asset.attempt - 1, "hints": asset.hints + 1}
    try:
        outlasting_the_database(
            lambda: transition(asset.pk, to, lease_token=lease.token, changes=changes, hint_later=waits)
        )
    except StaleTransitionError:
        pass
    except DATABASE_AWAY as away:
        _log.error("asset %s: left to its lease, as the database stays away: %s", asset.pk, str(away).strip())


def _is_passing(error: MediadockError) -> bool:
    """Whether it lies with the servers, not with the file: also while the store does not take our keys."""
    is_away = isinstance(error, _DatabaseAway | StoreUnavailable)
    return is_away or (isinstance(error, ProcessingFailed) and error.code == "no_space")


def _discard(asset_id: int, publisher: Publisher) -> None:
    """Remove what was stored in vain, at once if the store lets us; what stays is unreferenced and the sweeper's.

    What the row shows was not stored in vain: its commit came through, and nobody heard of it.
    """
    with suppress(Unavailable, *DATABASE_AWAY):
        rows = MediaAsset.objects.filter(pk=asset_id).values_list("variants", flat=True)
        publisher.discard(shown={variant["key"] for variants in rows for variant in variants.values()})
