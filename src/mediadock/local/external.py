"""Servers that the operator names by URL: reached before anything starts, so that a wrong address is said at once."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mediadock.core.errors import Unavailable
from mediadock.storage.calls import CallLimits
from mediadock.storage.config import StoreConfig
from mediadock.storage.errors import StoreRefused, StoreUnavailable
from mediadock.storage.s3 import ObjectStore

DATABASE = "MEDIADOCK_DATABASE_URL"
REDIS = "MEDIADOCK_REDIS_URL"
STORE = "MEDIADOCK_S3_ENDPOINT"
_TIMEOUT_S = 5


class DoesNotAnswer(Unavailable):
    """A server named in a variable does not answer, or does not let us in."""

    def __init__(self, variable: str, *, why: str) -> None:
        super().__init__("does_not_answer", f"The server named in {variable} does not answer: {why}")


def check_external(settings: Mapping[str, str]) -> None:
    """Reach every server that ``settings`` name. Raises ``DoesNotAnswer`` for the first that is not there."""
    if url := settings.get(DATABASE):
        _check_database(url)
    if url := settings.get(REDIS):
        _check_redis(url)
    if url := settings.get(STORE):
        _check_store(url, settings)


def _check_database(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=_TIMEOUT_S).close()
    except psycopg.Error as error:
        raise DoesNotAnswer(DATABASE, why=_first_line(error)) from None


def _check_redis(url: str) -> None:
    try:
        with redis.Redis.from_url(url, socket_timeout=_TIMEOUT_S, retry=Retry(NoBackoff(), 0)) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise DoesNotAnswer(REDIS, why=_first_line(error)) from None


def _check_store(url: str, settings: Mapping[str, str]) -> None:
    """The bucket may be missing, it is made later; an answer that refuses is an answer."""
    try:
        config = StoreConfig(
            endpoint_url=url,
            region=settings.get("MEDIADOCK_S3_REGION", "us-east-1"),
            bucket=settings.get("MEDIADOCK_S3_BUCKET", "media"),
            access_key=settings.get("MEDIADOCK_S3_ACCESS_KEY", ""),
            secret_key=settings.get("MEDIADOCK_S3_SECRET_KEY", ""),
        )
        ObjectStore(config, limits=CallLimits(attempts=1, read_timeout_s=_TIMEOUT_S)).ping()
    except StoreRefused:
        return
    except StoreUnavailable as error:
        raise DoesNotAnswer(STORE, why=error.log) from None
    except ValueError as error:
        raise DoesNotAnswer(STORE, why=str(error)) from None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
