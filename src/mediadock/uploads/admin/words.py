"""Figures as an operator reads them."""

from __future__ import annotations

from datetime import timedelta

from mediadock.core.policy import human_bytes

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def human_duration(duration: timedelta | float | None) -> str:
    """``0.4 s``, ``12 s``, ``3 min``, ``5 h``, ``2 d``; a dash for none."""
    if duration is None:
        return "–"
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else float(duration)
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    for length_s, unit in _UNITS:
        if seconds >= 2 * length_s:
            return f"{seconds / length_s:.0f} {unit}"
    return f"{seconds:.0f} s"


__all__ = ["human_bytes", "human_duration"]
