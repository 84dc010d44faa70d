"""What a job with a program is left with, beyond what every child has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Needs:
    """Starting ``program``, reading the source on loopback at ``port``, writing into the folder ``folder``.

    ``program`` and ``folder`` are open descriptors: their paths need not be reachable for the child's user.
    """

    program: int
    port: int
    folder: int
