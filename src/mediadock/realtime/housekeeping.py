"""Once a second: end sockets whose token has expired or whose reader is stuck, and ping the idle ones."""

from __future__ import annotations

import asyncio
import time

from mediadock.realtime.closing import CREDENTIALS, TRY_AGAIN
from mediadock.realtime.frames import PING
from mediadock.realtime.hub import Hub
from mediadock.realtime.socket import Socket

EVERY_S = 1.0
STUCK_S = 10.0
IDLE_S = 25.0  # below the 30 to 60 seconds after which proxies give up on a silent connection


async def keep_house(hub: Hub) -> None:
    """Look after every socket, for ever."""
    while True:
        await asyncio.sleep(EVERY_S)
        wall, now = time.time(), asyncio.get_running_loop().time()
        for socket in hub.sockets():
            look_after(socket, wall=wall, now=now)


def look_after(socket: Socket, *, wall: float, now: float) -> None:
    """End or ping one socket. ``wall`` is seconds since the epoch, ``now`` the loop's clock."""
    if socket.expires_at is not None and wall >= socket.expires_at:
        socket.close(CREDENTIALS)
    elif socket.sending_since is not None and now - socket.sending_since > STUCK_S:
        socket.close(TRY_AGAIN)
    elif socket.sending_since is None and now - socket.sent_at > IDLE_S:
        socket.offer(PING)
