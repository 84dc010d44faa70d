"""What a generator of hostile files gives, and what it draws from."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mediadock.core.filetypes import extension_of, find_type

MARKER_BYTES = 32
_T = TypeVar("_T")


@dataclass(frozen=True)
class Hostile:
    """One file made to do harm; ``kind`` and ``content_type`` are what its sender says of it.

    ``marker`` lies wherever its class can hide it and must be in nothing that we publish.
    """

    name: str
    body: bytes
    kind: str
    content_type: str
    marker: bytes

    @property
    def file_name(self) -> str:
        """A harmless name that agrees with the declared type."""
        return f"holiday.{extension_of(self.content_type)}"


class Draw:
    """The chance of one file, the same for the same class and seed.

    The marker is of printable letters, so that tools which copy text fields would carry it; 32 of 62 letters
    are 190 bits.
    """

    def __init__(self, name: str, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(f"{name} {seed}")
        self.marker = "".join(self.random.choices(string.ascii_letters + string.digits, k=MARKER_BYTES)).encode()

    def turn(self, choices: Sequence[_T]) -> _T:
        """One of ``choices`` after another, seed by seed, so that twenty seeds meet all of a short list."""
        return choices[self.seed % len(choices)]

    def noise(self, length: int) -> bytes:
        """Random bytes with the marker in their middle."""
        return self.random.randbytes(length // 2) + self.marker + self.random.randbytes(length - length // 2)


File = tuple[bytes, str]
"""A body and the content type that it is sent as."""

Maker = Callable[[Draw], File]


def hostile(name: str, maker: Maker, seed: int) -> Hostile:
    """The file of that class and seed."""
    draw = Draw(name, seed)
    body, content_type = maker(draw)
    declared = find_type(content_type)
    assert declared is not None, content_type
    return Hostile(
        name=f"{name}, seed {seed}", body=body, kind=declared.kind, content_type=content_type, marker=draw.marker
    )
