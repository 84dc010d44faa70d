"""What ``mediadock doctor`` says to paste makes the check pass: rules of a bucket, lines of Redis, migrations."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import psycopg
import pytest
import redis

from mediadock.local.ports import free_port
from mediadock.local.program import Program
from mediadock.local.redis import Redis
from stack.doctor import Diagnosis
from stack.server import RunningServer
from stack.waiting import eventually

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

Ask = Callable[..., Diagnosis]

STRANGERS_READ = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",'
    ' "Resource": "arn:aws:s3:::%s/*"}]}'
)
OF_TOMORROW = """
    INSERT INTO django_migrations (app, name, applied) VALUES ('mediadock_uploads', '9999_of_tomorrow', now())
"""
FAILS_AGAIN_AND_AGAIN = """
    INSERT INTO mediadock_outbox (topic, payload, attempts, available_at)
    VALUES ('discard', '{"keys": [], "upload_key": null, "upload_id": "given-up"}', 6, now() + interval '1 hour')
"""


@pytest.fixture
def s3(running_server: RunningServer) -> Iterator[S3Client]:
    """The store as an operator's own tool reaches it."""
    config = running_server.embedded.stack.seaweedfs.config("any")
    client = boto3.client(
        "s3",
        endpoint_url=config.endpoint_url,
        region_name=config.region,
        aws_access_key_id=config.access_key,
        aws_secret_access_key=config.secret_key,
    )
    yield client
    client.close()


def test_a_bucket_that_is_missing_is_made_by_the_pasted_command_and_rules_that_are_missing_by_the_pasted_json(
    running_server: RunningServer, ask: Ask, s3: S3Client
) -> None:
    bucket = f"doctor-{uuid4().hex[:8]}"
    checks = ("store-cors", "store-cors-foreign", "store-lifecycle", "store-private")
    missing = ask("store-lifecycle", S3_BUCKET=bucket)
    assert (missing.code, missing.those("fail")) == (1, {"store-bucket"})
    assert missing.paste("store-bucket") == "python -m django ensure_bucket"
    running_server.manage("ensure_bucket", S3_BUCKET=bucket)

    s3.delete_bucket_cors(Bucket=bucket)
    s3.delete_bucket_lifecycle(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=STRANGERS_READ % bucket)
    broken = ask(*checks, "store-events", S3_BUCKET=bucket)
    assert broken.code == 1
    assert broken.those("fail") == {"store-cors-foreign", "store-private", "store-events"}, broken.text
    assert f'path_prefixes = ["/buckets/{bucket}/incoming/"]' in broken.paste("store-events"), "it tells of another"
    assert broken.those("warn") == {"store-lifecycle"}

    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=broken.document("store-cors-foreign"))
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=broken.document("store-lifecycle"))
    assert broken.paste("store-private").endswith(f"s3api delete-bucket-policy --bucket {bucket}")
    s3.delete_bucket_policy(Bucket=bucket)
    mended = ask(*checks, S3_BUCKET=bucket)
    assert (mended.code, mended.those("ok")) == (0, set(mended.checks)), mended.text

    others = {"AllowedOrigins": ["https://others.example"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [others]})  # type: ignore[list-item]
    refused = ask(*checks, S3_BUCKET=bucket)
    assert refused.those("fail") == {"store-cors"}, refused.text
    assert refused.document("store-cors") == broken.document("store-cors-foreign")


def test_the_buckets_rules_name_the_pages_of_the_public_address_as_browsers_do(
    running_server: RunningServer, ask: Ask, s3: S3Client
) -> None:
    settings = {"S3_BUCKET": f"doctor-{uuid4().hex[:8]}", "ALLOWED_ORIGINS": ""}
    settings["PUBLIC_URL"] = "https://Media.example.org:443/app/"
    running_server.manage("ensure_bucket", **settings)
    [rule] = s3.get_bucket_cors(Bucket=settings["S3_BUCKET"])["CORSRules"]
    assert rule["AllowedOrigins"] == ["https://media.example.org"]
    asked = ask("store-cors", **settings)
    assert asked.those("ok") == set(asked.checks), asked.text
    assert "https://media.example.org may" in asked.text


def test_a_public_address_that_is_not_the_stores_is_mended_by_the_pasted_setting(
    running_server: RunningServer, ask: Ask
) -> None:
    wrong = ask("store-put", "store-endpoints", S3_PUBLIC_ENDPOINT=running_server.url)
    assert wrong.those("fail") == {"store-put", "store-endpoints"}, wrong.text
    pasted = wrong.settings("store-put")
    assert pasted == wrong.settings("store-endpoints")
    address = pasted["MEDIADOCK_S3_PUBLIC_ENDPOINT"]
    mended = ask("store-put", "store-endpoints", S3_PUBLIC_ENDPOINT=address)
    assert (mended.code, mended.those("ok")) == (0, set(mended.checks)), mended.text


def test_a_redis_that_forgets_is_mended_by_the_pasted_lines_and_one_that_is_gone_is_named(
    running_server: RunningServer, ask: Ask, tmp_path: Path
) -> None:
    own = Redis(data=tmp_path / "redis", port=free_port(), password=uuid4().hex, log_file=tmp_path / "redis.log")
    asked = ("redis-eviction", "redis-persistence", "broker")
    with running_server.embedded.supervisor() as supervisor:
        supervisor.launch(own.program())
        supervisor.wait_ready()
        with redis.Redis.from_url(own.url) as client:
            client.config_set("maxmemory-policy", "allkeys-lru")
            client.config_set("appendonly", "no")
            forgetful = ask(*asked, REDIS_URL=own.url)
            assert (forgetful.those("fail"), forgetful.those("warn")) == ({"redis-eviction"}, {"redis-persistence"})
            for name in ("redis-eviction", "redis-persistence"):
                client.config_set(*forgetful.paste(name).split(" "))
        mended = ask(*asked, REDIS_URL=own.url)
        assert (mended.code, mended.those("ok")) == (0, set(mended.checks)), mended.text
    gone = ask(*asked, REDIS_URL=own.url)
    assert gone.those("fail") == {"redis", "broker"}
    assert gone.those("skipped") == {"redis-eviction", "redis-persistence"}
    assert own.password not in gone.text
    assert set(gone.settings("redis")) == {"MEDIADOCK_REDIS_URL"}


@pytest.mark.slow  # three checks wait for processes that are not there
def test_a_database_without_its_migrations_and_then_processes_that_are_started_as_is_said(
    running_server: RunningServer, ask: Ask, tmp_path: Path
) -> None:
    own = {
        "DATABASE_URL": running_server.embedded.make_database(f"doctor_{uuid4().hex[:8]}"),
        "REDIS_URL": running_server.environment["MEDIADOCK_REDIS_URL"].removesuffix("/0") + "/5",
    }
    asked = ("workers", "beat", "relay")
    empty = ask(*asked, **own)
    assert (empty.code, empty.those("fail")) == (1, {"migrations"})
    assert empty.those("skipped") == set(asked)
    assert empty.paste("migrations") == "python -m django migrate --noinput"
    running_server.manage("migrate", "--noinput", "--verbosity=0", **own)

    idle = ask(*asked, **own)
    assert idle.those("fail") == {"workers", "relay"}, idle.text
    assert idle.those("skipped") == {"beat"}
    assert "the queues image, video, audio, file and default" in idle.sentence("workers")
    with pasting(running_server, own) as start:
        start(idle.paste("workers"))
        start(idle.paste("relay"))
        eventually(lambda: ask("workers", "relay", **own).code == 0, within_s=120.0)  # they take a while to be up
        without_beat = ask("beat", **own)
        assert without_beat.those("fail") == {"beat"}, without_beat.text
        assert "has never gone round" in without_beat.sentence("beat")
        start(without_beat.paste("beat").replace("/var/lib/mediadock", str(tmp_path)))
        eventually(lambda: ask("beat", **own).code == 0, within_s=120.0)
        with psycopg.connect(own["DATABASE_URL"], autocommit=True) as database:
            database.execute(OF_TOMORROW)
            database.execute(FAILS_AGAIN_AND_AGAIN)
        odd = ask(*asked, **own)
    assert (odd.code, odd.those("ok")) == (0, {"database", "broker", "workers", "beat"}), odd.text
    assert odd.those("warn") == {"migrations", "relay"}, odd.text
    assert "it has mediadock_uploads.9999_of_tomorrow" in odd.sentence("migrations")
    assert odd.sentence("relay") == "1 rows of the outbox (discard) fail again and again: see the relay's log."


@contextmanager
def pasting(server: RunningServer, own: Mapping[str, str]) -> Iterator[Callable[[str], None]]:
    """Runs command lines with the environment of the others, over a database and a Redis database of their own."""
    env = server.environment | {f"MEDIADOCK_{name}": value for name, value in own.items()}
    with server.embedded.supervisor() as supervisor:

        def start(line: str) -> None:
            supervisor.launch(Program(name=f"pasted-{len(supervisor.running)}", argv=tuple(shlex.split(line)), env=env))

        yield start
