"""Is Redis there, does it keep what it is given, and does it survive a restart?"""

from __future__ import annotations

from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mediadock.local.doctor.deployment import Deployment
from mediadock.local.doctor.findings import Finding, Mend, fail, ok, setting, skipped, warn

_TIMEOUT_S = 5
_SCHEMES = ("redis://", "rediss://", "unix://")


def reachable(deployment: Deployment) -> Finding:
    """It answers."""
    try:
        with _client(deployment.conf.redis_url) as client:
            client.ping()
            version = client.info("server")["redis_version"]
    except (redis.RedisError, ValueError) as error:
        mend = setting("MEDIADOCK_REDIS_URL=redis://:PASSWORD@HOST:6379/0")
        return fail(f"Redis does not answer: {_first_line(error)}", mend)
    return ok(f"Redis {version} answers.")


def eviction(deployment: Deployment) -> Finding:
    """The broker's Redis throws nothing away."""
    if not _is_broker(deployment):
        return skipped("The broker is no Redis.")
    policy = str(_info(deployment, "memory").get("maxmemory_policy", "unknown"))
    if policy != "noeviction":
        sentence = f"maxmemory-policy is {policy}: under pressure Redis throws away what waits for the workers."
        return fail(sentence, _line("maxmemory-policy noeviction"))
    return ok("maxmemory-policy is noeviction.")


def persistence(deployment: Deployment) -> Finding:
    """The broker's Redis writes to its append-only file."""
    if not _is_broker(deployment):
        return skipped("The broker is no Redis.")
    if not _info(deployment, "persistence").get("aof_enabled"):
        sentence = "appendonly is off: a restart empties the queues, and files wait until the sweeper hints again."
        return warn(sentence, _line("appendonly yes"))
    return ok("The append-only file is on.")


def _is_broker(deployment: Deployment) -> bool:
    return deployment.broker_url.startswith(_SCHEMES)


def _info(deployment: Deployment, section: str) -> dict[str, Any]:
    with _client(deployment.broker_url) as client:
        found: dict[str, Any] = client.info(section)
    return found


def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S, retry=Retry(NoBackoff(), 0)
    )


def _line(text: str) -> Mend:
    return Mend("In redis.conf (now, and for ever):", "file", text)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
