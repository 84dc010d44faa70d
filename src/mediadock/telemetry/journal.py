"""The journal: one line of the log for each step of an asset's life, and what every other line belongs to."""

from __future__ import annotations

import logging

from mediadock.telemetry import context
from mediadock.uploads import facts

_log = logging.getLogger(__name__)


def listen_to_the_engine() -> None:
    """From now on what becomes of assets in this process is logged."""
    facts.listen(facts.Granted, _granted)
    facts.listen(facts.Moved, _moved)
    facts.listen(facts.JobBegan, _job_began)
    facts.listen(facts.JobEnded, _job_ended)


def _granted(granted: facts.Granted) -> None:
    """At DEBUG only: prepare is the hot path, and the asset's next line tells of it, too."""
    if _log.isEnabledFor(logging.DEBUG):
        for asset in granted.assets:
            _log.debug("asset %s is prepared", asset.pk, extra={"event": "asset_prepared", "asset_id": asset.pk})


def _moved(moved: facts.Moved) -> None:
    asset = moved.asset
    extra: dict[str, object] = {"event": "asset_moved", "asset_id": asset.pk, "state": moved.to.value}
    if asset.error_code:
        extra["error_code"] = asset.error_code
    _log.info("asset %s: %s is %s now", asset.pk, moved.before, moved.to, extra=extra)


def _job_began(began: facts.JobBegan) -> None:
    context.asset_id.set(began.asset.pk)
    _log.info(
        "asset %s: attempt %s begins",
        began.asset.pk,
        began.asset.attempt,
        extra={"event": "job_began", "attempt": began.asset.attempt, "waited_s": round(began.waited_s, 3)},
    )


def _job_ended(ended: facts.JobEnded) -> None:
    _log.info(
        "asset %s: attempt %s ended after %.1f s",
        ended.asset.pk,
        ended.asset.attempt,
        ended.watch.seconds,
        extra={"event": "job_ended", "attempt": ended.asset.attempt, "seconds": round(ended.watch.seconds, 3)},
    )
    context.asset_id.set(None)
