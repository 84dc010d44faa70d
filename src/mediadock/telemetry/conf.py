"""The settings of telemetry, typed, read once from ``settings.MEDIADOCK_TELEMETRY``."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from django.conf import settings


@dataclass(frozen=True)
class TelemetrySettings:
    """``metrics_token`` opens ``/metrics``; empty, nobody can. ``traces`` sends them by OTLP."""

    metrics_token: str = field(default="", repr=False)
    traces: bool = False


@cache
def telemetry_conf() -> TelemetrySettings:
    """The settings of this process."""
    return TelemetrySettings(**getattr(settings, "MEDIADOCK_TELEMETRY", {}))
