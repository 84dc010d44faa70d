"""The engine's settings, typed, read once from ``settings.MEDIADOCK``."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from mediadock.core.parts import GIB
from mediadock.storage.config import StoreConfig

LONGEST_OUTAGE_S = 7 * 24 * 3600
"""How long a client may be away, after the longest upload, and still find every event that it has not seen."""


@dataclass(frozen=True)
class MediadockSettings:
    """What a deployment can set. Times are seconds, sizes bytes, a reason beside each default.

    ``part_url_expiry_s`` is longer than ``url_expiry_s`` because a slow part must fit into it; ``lease_s`` bounds
    how long a dead worker's asset waits; ``process_time_limit_s`` is the wall clock of one job. Events are kept for
    ``event_retention_s``, for ever if that is 0; less than ``LONGEST_OUTAGE_S`` on top of ``pending_ttl_s`` raises
    ImproperlyConfigured.
    """

    store: StoreConfig
    redis_url: str = field(repr=False)
    storage_events_secret: str = field(default="", repr=False)
    public_url: str = "http://127.0.0.1:8000"
    ws_url: str = "ws://127.0.0.1:8001/ws/events/"
    cdn_base_url: str = ""
    url_expiry_s: int = 900
    part_url_expiry_s: int = 3600
    pending_ttl_s: int = 24 * 3600
    max_pending_per_user: int = 200
    max_bytes_per_user: int = 100 * GIB
    max_attempts: int = 3
    lease_s: int = 30
    process_time_limit_s: int = 900
    hint_patience_s: int = 10
    orphan_grace_s: int = 24 * 3600
    event_retention_s: int = 90 * 24 * 3600

    def __post_init__(self) -> None:
        shortest_s = self.pending_ttl_s + LONGEST_OUTAGE_S
        if self.event_retention_s and self.event_retention_s < shortest_s:
            raise ImproperlyConfigured(
                f"MEDIADOCK_EVENT_RETENTION is {self.event_retention_s} seconds: a client that was away after a long"
                f" upload would miss events. {shortest_s} is the least here, and 0 keeps them for ever."
            )

    @property
    def public_origin(self) -> str:
        """What browsers call pages of ``public_url``: in small letters, without a path and the scheme's own port."""
        parts = urlsplit(self.public_url.lower())
        own_port = ":443" if parts.scheme == "https" else ":80"
        return f"{parts.scheme}://{parts.netloc.removesuffix(own_port)}"


@cache
def conf() -> MediadockSettings:
    """The settings of this process."""
    return MediadockSettings(**settings.MEDIADOCK)
