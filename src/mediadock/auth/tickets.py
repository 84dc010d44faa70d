"""One-time tickets for a WebSocket: a browser cannot set headers there, and a token in an address ends up in logs.

A ticket is 256 random bits, lives 30 seconds, and is taken out of Redis by the same command that reads it (GETDEL),
so it works once however many race for it. Redis keeps only its SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import redis
import redis.asyncio
from redis.backoff import NoBackoff
from redis.retry import Retry

from mediadock.auth.conf import auth_conf
from mediadock.auth.principal import Principal
from mediadock.core.errors import Unavailable

TICKET_LIFETIME_S = 30
MAX_TICKET_CHARS = 128
TIMEOUT_S = 1.0


def create_ticket(principal: Principal) -> str:
    """A fresh ticket for this principal. Raises Unavailable when Redis does not answer in time."""
    ticket = secrets.token_urlsafe(32)
    content = json.dumps([principal.user_id, principal.scope, principal.expires_at])
    with _redis_or_unavailable():
        _client().set(_name(ticket), content, ex=TICKET_LIFETIME_S)
    return ticket


async def redeem_ticket(client: redis.asyncio.Redis, ticket: str) -> Principal | None:
    """Whose ticket it was, and it is gone; None for one that is unknown, used or expired. Raises Unavailable."""
    if not 0 < len(ticket) <= MAX_TICKET_CHARS:
        return None
    with _redis_or_unavailable():
        content = await client.getdel(_name(ticket))
    if content is None:
        return None
    user_id, scope, expires_at = json.loads(content)
    return Principal(user_id, scope, expires_at)


def _name(ticket: str) -> str:
    return f"mediadock:ws-ticket:{hashlib.sha256(ticket.encode()).hexdigest()}"


@cache
def _client() -> redis.Redis:
    # One retry, for a connection that Redis closed while it was idle; a stalled Redis costs two timeouts at most.
    return redis.Redis.from_url(
        auth_conf().redis_url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        retry=Retry(NoBackoff(), 1),
    )


@contextmanager
def _redis_or_unavailable() -> Iterator[None]:
    try:
        yield
    except (redis.RedisError, OSError) as error:
        raise Unavailable(
            "tickets_unavailable",
            "Live updates cannot be opened right now. Try again.",
            log=repr(error),
            retry_after_s=2,
        ) from error
