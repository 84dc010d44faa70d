"""What every processor is given, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mediadock.core.profiles import Profile
from mediadock.processing.source import Source
from mediadock.uploads.services.publish import Publisher

Facts = dict[str, Any]
"""Columns of the asset's row: ``width``, ``duration``, ``kind`` …"""


@dataclass(frozen=True)
class Job:
    """One attempt at one asset: the pinned source, its detected type, the presets, and where variants go.

    ``on_progress`` takes percents as often as they come; ``time_limit_s`` bounds what one child may take.
    """

    source: Source
    size_bytes: int
    content_type: str
    profile: Profile
    publisher: Publisher
    on_progress: Callable[[int], None]
    time_limit_s: float


Processor = Callable[[Job], Facts]
