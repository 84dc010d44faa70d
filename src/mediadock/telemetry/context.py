"""What a line of the log belongs to: the request, or the asset, that this thread works on."""

from __future__ import annotations

from contextvars import ContextVar

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
asset_id: ContextVar[int | None] = ContextVar("asset_id", default=None)
caller: ContextVar[str | None] = ContextVar("caller", default=None)
"""The ``traceparent`` of the request, as its sender gave it (W3C Trace Context)."""


def bearings() -> dict[str, object]:
    """What is known of it."""
    known = {"request_id": request_id.get(), "asset_id": asset_id.get()}
    return {name: value for name, value in known.items() if value is not None}
