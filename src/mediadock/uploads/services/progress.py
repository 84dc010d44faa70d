"""Progress: tell how far a long job is, a few times a second, to whoever listens just now."""

from __future__ import annotations

import time

from mediadock.core.profiles import profile_named
from mediadock.core.states import VIEWS, State, stage_of
from mediadock.uploads.doorbell import send_frame
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.lease import Lease
from mediadock.uploads.services.publish import Publisher
from mediadock.uploads.snapshot import message_id_of

PERIOD_S = 0.25
"""The contract: at most four frames a second for an asset."""


class Progress:
    """Sends frames that carry no ``seq``; each call also asks whether the lease still holds."""

    def __init__(self, asset: MediaAsset, lease: Lease, publisher: Publisher) -> None:
        self._asset = asset
        self._lease = lease
        self._publisher = publisher
        self._percent = -1
        self._sent_at = 0.0

    def tell(self, percent: int) -> None:
        """Whole percents; repeats, steps back and what comes too soon after the last are not sent."""
        self._lease.check()
        now = time.monotonic()
        if percent <= self._percent or now - self._sent_at < PERIOD_S:
            return
        self._percent, self._sent_at = percent, now
        view = VIEWS[State.PROCESSING]
        data = {
            "asset_id": self._asset.pk,
            "message_id": message_id_of(self._asset),
            "stage": stage_of(State.PROCESSING, has_thumbnail=bool(self._publisher.variants)),
            "message_status": view.message_status,
            "processing_status": view.processing_status,
            "progress": percent,
        }
        event_type = profile_named(self._asset.profile).event_type
        send_frame(self._asset.audience, {"type": event_type, "seq": None, "data": data})
