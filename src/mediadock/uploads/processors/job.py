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
    """One attempt at one asset: the pinned source, its detected type, the presets, and where variants go."""

    source: Source
    content_type: str
    profile: Profile
    publisher: Publisher


Processor = Callable[[Job], Facts]
