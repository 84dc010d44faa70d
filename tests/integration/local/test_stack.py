"""The embedded servers are the real ones, reachable by the addresses that the environment gives."""

from __future__ import annotations

import stat

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mediadock.storage.config import StoreConfig
from mediadock.storage.s3 import ObjectStore
from stack.embedded import Embedded


def test_postgres_answers_at_the_address_of_the_environment(stack: Embedded) -> None:
    with psycopg.connect(stack.environment["MEDIADOCK_DATABASE_URL"]) as connection:
        assert connection.info.server_version >= 180_000
        row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == (False,), "the application is no superuser"


def test_postgres_refuses_a_wrong_password(stack: Embedded) -> None:
    url = stack.environment["MEDIADOCK_DATABASE_URL"].replace(stack.stack.postgres.password, "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_redis_keeps_what_it_is_given_and_wants_its_password(stack: Embedded) -> None:
    with redis.Redis.from_url(stack.environment["MEDIADOCK_REDIS_URL"]) as client:
        settings = client.config_get("*")
    assert (settings["appendonly"], settings["appendfsync"]) == ("yes", "everysec")
    assert settings["maxmemory-policy"] == "noeviction"
    with (
        redis.Redis(port=stack.stack.ports.redis, retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()


def test_the_store_gives_back_what_was_put(store_config: StoreConfig) -> None:
    store = ObjectStore(store_config)
    etag = store.put("incoming/a", b"bytes", content_type="text/plain", size_bytes=5)
    assert store.read_range("incoming/a", etag=etag, start=1, end=3) == b"yt"
    store.close()


def test_everybody_listens_on_loopback_only(stack: Embedded) -> None:
    import psutil

    listening = [c.laddr for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
    ports = stack.stack.ports
    ours = {ports.postgres, ports.redis, *range(ports.s3, ports.s3 + 5), *range(ports.s3 + 10_000, ports.s3 + 10_005)}
    assert ports.s3 in {address.port for address in listening}
    assert {address.ip for address in listening if address.port in ours} == {"127.0.0.1"}


def test_secrets_are_readable_by_their_owner_alone(stack: Embedded) -> None:
    for file in (stack.data.credentials, stack.data.root / "redis" / "redis.conf"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not stat.S_IMODE(stack.data.root.stat().st_mode) & (stat.S_IRGRP | stat.S_IROTH)


def test_no_secret_is_on_a_command_line(stack: Embedded) -> None:
    import psutil

    lines = " ".join(" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"]))
    credentials = stack.stack.credentials
    for secret in (credentials.postgres_password, credentials.redis_password, credentials.s3_secret_key):
        assert secret not in lines
