"""What one socket process runs besides its sockets: the hub, its readers, the wake-ups, the housekeeping.

Started by the lifespan of the server or by the first socket, whichever comes first; one for each event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from mediadock.realtime import closing
from mediadock.realtime.database import EventStore
from mediadock.realtime.housekeeping import keep_house
from mediadock.realtime.hub import READERS, Hub
from mediadock.realtime.wakeups import listen_forever, poll_forever
from mediadock.uploads.conf import conf

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None]]

REDIS_CONNECTIONS = 16
RESTART_S = 1.0
FAREWELL_S = 2.0


@dataclass
class Service:
    """The parts that sockets share."""

    store: EventStore
    redis: redis.asyncio.Redis
    hub: Hub
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def stop(self) -> None:
        """Send the sockets away, so that they come back to another process, and let go of everything."""
        for socket in self.hub.sockets():
            socket.close(closing.RESTARTING)
        deadline = asyncio.get_running_loop().time() + FAREWELL_S
        while self.hub.sockets() and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.store.close()
        await self.redis.aclose()


_starting: dict[asyncio.AbstractEventLoop, asyncio.Task[Service]] = {}


async def running_service() -> Service:
    """The service of this event loop; the first call starts it."""
    loop = asyncio.get_running_loop()
    started = _starting.get(loop)
    if started is None or (started.done() and started.exception() is not None):
        _starting[loop] = loop.create_task(_start())
    return await asyncio.shield(_starting[loop])


def open_sockets() -> int:
    """How many sockets this process has open, asked from any thread."""
    ready = [task for task in list(_starting.values()) if task.done() and task.exception() is None]
    return sum(task.result().hub.count for task in ready)


async def stop_service() -> None:
    """Stop the service of this event loop, if it was ever started."""
    starting = _starting.pop(asyncio.get_running_loop(), None)
    if starting is not None:
        await (await starting).stop()


async def _start() -> Service:
    client = _redis_client(conf().redis_url)
    store = EventStore()
    await store.open()
    hub = Hub(store)
    service = Service(store, client, hub)
    jobs: dict[str, Job] = {f"read-{number}": hub.run_reader for number in range(READERS)}
    jobs["listen"] = lambda: listen_forever(hub, client)
    jobs["poll"] = lambda: poll_forever(hub, store)
    jobs["housekeeping"] = lambda: keep_house(hub)
    service.tasks += [asyncio.create_task(_keep_running(name, job), name=name) for name, job in jobs.items()]
    return service


def _redis_client(url: str) -> redis.asyncio.Redis:
    """A bounded pool that is waited for: a thousand tickets at once are a queue, not an error."""
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        url,
        max_connections=REDIS_CONNECTIONS,
        timeout=5,
        socket_timeout=2,
        socket_connect_timeout=2,
        retry=Retry(NoBackoff(), 1),
    )
    return redis.asyncio.Redis(connection_pool=pool)


async def _keep_running(name: str, job: Job) -> None:
    """Run one of the jobs that never end; one that breaks is noted and started again."""
    while True:
        try:
            await job()
        except Exception:  # whatever broke, the sockets of this process depend on the next run
            log.exception("the job %s broke and is started again", name)
        await asyncio.sleep(RESTART_S)
