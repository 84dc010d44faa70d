"""How a surface hangs its uploads on something of its own in the engine's one statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class NewLink:
    """A row of the surface's own, inserted together with its assets or not at all.

    ``sql`` is an ``INSERT … SELECT … FROM granted RETURNING id`` that uses ``%(owner_id)s`` and the names in
    ``params``; ``granted`` has one row when the owner's limits allow the uploads and none otherwise. The text is
    the surface's constant, never made from input.
    """

    kind: str
    sql: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ExistingLink:
    """Something that exists already, whose id the surface has checked.

    ``held`` is entered around the recording, when the store has answered: a transaction in which it cannot be deleted.
    It raises where that has happened meanwhile.
    """

    kind: str
    link_id: int
    held: Callable[[], AbstractContextManager[None]] = nullcontext
