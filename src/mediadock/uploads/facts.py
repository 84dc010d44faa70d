"""Facts: what the engine has just done, told in this process to whoever listens. The engine does not know who does.

``tell`` is for figures, logs and traces: a listener that fails is logged and changes nothing, and without one a fact
costs a look into a dictionary. What must happen is never a listener: that is a hook, or a row of the outbox.

    listen(Moved, lambda moved: print(moved.asset.pk, moved.before, moved.to))
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mediadock.core.states import State
from mediadock.uploads.models import MediaAsset

_log = logging.getLogger(__name__)
FactT = TypeVar("FactT")


@dataclass
class Stopwatch:
    """How long something took, in one piece or in several: ``seconds`` is their sum, the clock is that of the wall."""

    began_at: float = 0.0
    ended_at: float = 0.0
    seconds: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Time the block; pieces in parallel threads each count."""
        at, start = time.time(), time.perf_counter()
        self.began_at = self.began_at or at
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            self.seconds += spent
            self.ended_at = at + spent


@dataclass(frozen=True)
class Granted:
    """Uploads were prepared and their addresses signed, all by one call."""

    assets: Sequence[MediaAsset]
    watch: Stopwatch


@dataclass(frozen=True)
class Moved:
    """A transition was committed; ``asset`` is as it is now."""

    asset: MediaAsset
    before: State
    to: State


@dataclass(frozen=True)
class JobBegan:
    """This thread works on the asset from now on, after it has waited ``waited_s`` for a worker."""

    asset: MediaAsset
    waited_s: float


@dataclass(frozen=True)
class JobEnded:
    """This thread works on it no more, whatever has become of it."""

    asset: MediaAsset
    watch: Stopwatch


@dataclass(frozen=True)
class StageEnded:
    """A step of an asset's way ended: ``complete``, ``verify``, ``download``, ``decode`` or ``publish``."""

    asset: MediaAsset
    stage: str
    watch: Stopwatch


@dataclass(frozen=True)
class Presigned:
    """So many addresses were signed: ``put``, ``part`` or ``get``."""

    operation: str
    count: int


@dataclass(frozen=True)
class Carried:
    """So many rows of the outbox were carried out, so many failed and stay."""

    topic: str
    done: int
    failed: int


@dataclass(frozen=True)
class Found:
    """What a round of the sweeper or the tidier found, by what it did with it."""

    findings: Mapping[str, int] = field(default_factory=dict)


Listener = Callable[[FactT], None]
_listeners: dict[type, tuple[Listener[Any], ...]] = {}


def listen(kind: type[FactT], listener: Listener[FactT]) -> None:
    """Have ``listener`` called with every fact of this kind, in the thread that tells it; again is once."""
    known = _listeners.get(kind, ())
    if listener not in known:
        _listeners[kind] = (*known, listener)


def tell(fact: object) -> None:
    """Tell those who listen."""
    for listener in _listeners.get(type(fact), ()):
        try:
            listener(fact)
        except Exception:  # noqa: BLE001 - what listens must not stop what works
            _log.exception("a listener of %s broke", type(fact).__name__)


@contextmanager
def stage(asset: MediaAsset, name: str) -> Iterator[None]:
    """Time the block and tell its end."""
    watch = Stopwatch()
    try:
        with watch.running():
            yield
    finally:
        tell(StageEnded(asset, name, watch))
