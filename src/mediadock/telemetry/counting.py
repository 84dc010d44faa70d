"""Counting: the engine's facts as metrics of this process's tally."""

from __future__ import annotations

from celery.signals import worker_process_shutdown

from mediadock.core.parts import MAX_BATCH_COUNT
from mediadock.core.states import State
from mediadock.telemetry import metrics
from mediadock.telemetry.tally import tally
from mediadock.uploads import facts
from mediadock.uploads.models import MediaAsset

_ENDED_BADLY = frozenset({State.FAILED, State.REJECTED})


def listen_to_the_engine() -> None:
    """From now on what the engine does in this process is counted."""
    facts.listen(facts.Granted, _granted)
    facts.listen(facts.Moved, _moved)
    facts.listen(facts.JobBegan, _job_began)
    facts.listen(facts.JobEnded, _job_ended)
    facts.listen(facts.StageEnded, _stage_ended)
    facts.listen(facts.Presigned, _presigned)
    facts.listen(facts.Carried, _carried)
    facts.listen(facts.Found, _found)
    worker_process_shutdown.connect(_leave)


def mode_of(asset: MediaAsset) -> str:
    """How its bytes come: ``direct``, ``multipart``, or ``paged`` when its parts' URLs come in several pages."""
    if asset.num_parts is None:
        return "direct"
    return "multipart" if asset.num_parts <= MAX_BATCH_COUNT else "paged"


def _granted(granted: facts.Granted) -> None:
    for asset in granted.assets:
        tally().count(metrics.UPLOADS, mode_of(asset), "prepared", asset.profile)
    tally().observe(metrics.STAGE, "prepare", granted.assets[0].kind, seconds=granted.watch.seconds)


def _moved(moved: facts.Moved) -> None:
    asset, to = moved.asset, moved.to
    if moved.before is State.PENDING and to is State.UPLOADED:
        tally().count(metrics.UPLOADED_BYTES, mode_of(asset), asset.profile, amount=asset.size_bytes)
    elif to is State.UPLOADED:
        tally().count(metrics.RETRIES, "requeued")
        return
    elif to is State.PROCESSING:
        tally().count(metrics.RETRIES, "asked")
        return
    tally().count(metrics.UPLOADS, mode_of(asset), to.value, asset.profile)
    if to in _ENDED_BADLY:
        tally().count(metrics.FAILURES, to.value, asset.error_code or "")


def _job_began(began: facts.JobBegan) -> None:
    tally().count(metrics.ATTEMPTS, began.asset.kind)
    tally().observe(metrics.STAGE, "wait", began.asset.kind, seconds=began.waited_s)


def _job_ended(ended: facts.JobEnded) -> None:
    tally().observe(metrics.STAGE, "job", ended.asset.kind, seconds=ended.watch.seconds)


def _stage_ended(ended: facts.StageEnded) -> None:
    tally().observe(metrics.STAGE, ended.stage, ended.asset.kind, seconds=ended.watch.seconds)


def _presigned(presigned: facts.Presigned) -> None:
    tally().count(metrics.PRESIGNED, presigned.operation, amount=presigned.count)


def _carried(carried: facts.Carried) -> None:
    for outcome, count in (("done", carried.done), ("failed", carried.failed)):
        if count:
            tally().count(metrics.CARRIED, carried.topic, outcome, amount=count)


def _found(found: facts.Found) -> None:
    for finding, count in found.findings.items():
        if count:
            tally().count(metrics.SWEPT, finding, amount=count)


def _leave(**_: object) -> None:
    """A worker's process ends without Python's own farewells."""
    tally().end()
