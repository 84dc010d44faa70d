"""Free TCP ports on loopback, below the range from which the kernel takes ports for outgoing connections.

A port is chosen before its server listens on it, seconds or minutes later. So whoever chooses claims it: a UDP socket
bound to the same number, which nobody sends to, keeps every other process that chooses here away from it, and goes
with the process however that ends. Against programs that choose elsewhere it does nothing; who uses a port must be
ready to ask again.
"""

from __future__ import annotations

import os
import random
import socket
from collections import deque
from collections.abc import Sequence

LOOPBACK = "127.0.0.1"
_FIRST, _LAST = 15_000, 22_000
"""SeaweedFS also takes every port + 10,000: both stay below 32,768, where Linux starts its outgoing ports."""

_ATTEMPTS = 500
_MOST_CLAIMS = 200
"""A process that starts servers for hours, such as a test run, lets go of its oldest claims: each is a descriptor."""

_CLAIMED: deque[int] = deque()


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
    """A random port P with every P + offset free and claimed: none of them is given out again, here or elsewhere."""
    for _ in range(_ATTEMPTS):
        port = random.randrange(_FIRST, _LAST)  # noqa: S311 - a choice of port is no secret
        wanted = [port + offset for offset in offsets]
        if all(is_free(one) for one in wanted) and claim(*wanted):
            return port
    raise OSError(f"no free port between {_FIRST} and {_LAST}")


def claim(*ports: int) -> bool:
    """Keep these ports from all who choose after us; False, and nothing is kept, where somebody has one of them."""
    claims: list[int] = []
    for port in ports:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
            try:
                held.bind((LOOPBACK, port))
            except OSError:
                _let_go(*claims)
                return False
            claims.append(held.detach())
    _CLAIMED.extend(claims)
    while len(_CLAIMED) > _MOST_CLAIMS:
        _let_go(_CLAIMED.popleft())
    return True


def _let_go(*claims: int) -> None:
    for descriptor in claims:
        os.close(descriptor)
