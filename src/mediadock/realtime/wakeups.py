"""Who tells the hub to look: Redis at once, a comparison with PostgreSQL every two seconds.

A message is ``{"users": [1, 2]}``: these users have new rows; or with ``"frame": {...}``: forward it as it is.
Redis only makes it quick. While it is away, stopped or emptied, the comparison brings every event within its interval.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random

import redis.asyncio
from psycopg import Error as DatabaseError
from psycopg_pool import PoolTimeout
from redis.asyncio.client import PubSub

from mediadock.realtime.database import EventStore
from mediadock.realtime.frames import transient_frame
from mediadock.realtime.hub import Hub
from mediadock.uploads.doorbell import EVENTS_CHANNEL, channel_here

log = logging.getLogger(__name__)

POLL_S = 2.0
SILENCE_S = 15.0
MAX_BACKOFF_S = 5.0


async def poll_forever(hub: Hub, store: EventStore) -> None:
    """Wake the users whose last event none of our wake-ups told us of."""
    while True:
        await asyncio.sleep(POLL_S)
        try:
            users = hub.connected_users()
            if users:
                hub.wake_behind(await store.last_seqs(users))
        except (DatabaseError, PoolTimeout, OSError) as error:
            log.warning("streams cannot be compared, trying again: %r", error)


async def listen_forever(hub: Hub, client: redis.asyncio.Redis) -> None:
    """Keep one subscription; after every gap wake everybody, because something may have been said in it."""
    backoff_s = 0.1
    while True:
        pubsub = client.pubsub(ignore_subscribe_messages=True)
        try:
            await pubsub.subscribe(channel_here(EVENTS_CHANNEL))
            hub.wake_all()
            hub.hears_wakeups, backoff_s = True, 0.1
            await _hear(hub, pubsub)
        except (redis.RedisError, OSError) as error:
            log.warning("redis is away, events come by comparison: %r", error)
        finally:
            hub.hears_wakeups = False
            await _forget(pubsub)
        await asyncio.sleep(backoff_s * random.uniform(0.5, 1))  # noqa: S311  # spreads processes, guards nothing
        backoff_s = min(2 * backoff_s, MAX_BACKOFF_S)


async def _hear(hub: Hub, pubsub: PubSub) -> None:
    """Pass messages on until the connection breaks, or stays silent although asked for a sign of life."""
    asked = False
    while True:
        message = await pubsub.get_message(timeout=SILENCE_S)
        if message is not None:
            asked = False
            if message["type"] == "message":
                hear(hub, message["data"])
        elif asked:
            raise ConnectionError("no answer to a ping")
        else:
            asked = True
            await pubsub.ping()


def hear(hub: Hub, content: bytes) -> None:
    """Pass one message on; what is none of ours is noted and dropped."""
    try:
        message = json.loads(content)
        users = [user_id for user_id in message["users"] if type(user_id) is int]
        if "frame" in message:
            hub.forward(users, transient_frame(message["frame"]))
        else:
            hub.wake(users)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("a wake-up that cannot be read: %r", error)


async def _forget(pubsub: PubSub) -> None:
    try:
        await pubsub.aclose()  # type: ignore[no-untyped-call]
    except (redis.RedisError, OSError) as error:
        log.debug("closing a broken subscription: %r", error)
