"""Free TCP ports on loopback, below the range from which the kernel takes ports for outgoing connections.

A port that is free now may be taken a moment later; who uses one must be ready to ask again.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Sequence

LOOPBACK = "127.0.0.1"
_FIRST, _LAST = 15_000, 22_000
"""SeaweedFS also takes every port + 10,000: both stay below 32,768, where Linux starts its outgoing ports."""

_ATTEMPTS = 500


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on ``port`` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def accepts(port: int, host: str = LOOPBACK) -> bool:
    """Whether somebody accepts connections on ``port``."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((host, port)) == 0


def free_port(*, offsets: Sequence[int] = (0,)) -> int:
    """A random port P with every P + offset free; random, so that two test runs seldom want the same."""
    for _ in range(_ATTEMPTS):
        port = random.randrange(_FIRST, _LAST)  # noqa: S311 - a choice of port is no secret
        if all(is_free(port + offset) for offset in offsets):
            return port
    raise OSError(f"no free port between {_FIRST} and {_LAST}")
