"""The crash points of webhooks, named as ``mediadock.uploads.crashpoints`` names the engine's."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mediadock.uploads.crashpoints import points_of

COMMITS: Mapping[str, str] = MappingProxyType(
    {
        "webhook_recorded": "a milestone is written down for the endpoints that want it",
        "webhook_taken": "a carrier takes a delivery",
        "webhook_reported": "what came of an attempt is written down",
        "webhook_given_up": "a delivery is given up, which may disable its endpoint",
        "webhook_endpoint": "an operator adds an endpoint, changes it or has it tried",
        "webhook_replayed": "deliveries are to be sent again",
        "webhook_removed": "deliveries go, with their endpoint or by their age",
        "webhook_forgotten": "messages go by their age",
    }
)
"""What is committed; each is the name of two points."""

CALLS: Mapping[str, str] = MappingProxyType(
    {"webhook_attempted": "an endpoint was asked, and what came of it is not written down"}
)
"""Points between a call to somebody else and what is committed about it."""

POINTS = points_of(COMMITS, CALLS)
