"""What ``mediadock doctor`` says to paste makes the check pass: rules of a bucket, lines of Redis, migrations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import pytest
import redis

from mediadock.local.ports import free_port
from mediadock.local.redis import Redis
from stack.doctor import Diagnosis, ask_doctor
from stack.server import RunningServer

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

Ask = Callable[..., Diagnosis]

STRANGERS_READ = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",'
    ' "Resource": "arn:aws:s3:::%s/*"}]}'
)


@pytest.fixture
def ask(running_server: RunningServer) -> Ask:
    """The doctor, asked about the running server, with settings of its own."""

    def ask(*only: str, **settings: str) -> Diagnosis:
        these = running_server.embedded
        return ask_doctor(these.environment, *only, credentials=these.stack.credentials, **settings)

    return ask


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


@pytest.mark.slow  # two checks wait for processes that are not there
def test_a_database_without_its_migrations_and_then_without_any_process(
    running_server: RunningServer, ask: Ask
) -> None:
    url = running_server.embedded.make_database(f"doctor_{uuid4().hex[:8]}")
    asked = ("workers", "beat", "relay")
    empty = ask(*asked, DATABASE_URL=url)
    assert (empty.code, empty.those("fail")) == (1, {"migrations"})
    assert empty.those("skipped") == set(asked)
    assert empty.paste("migrations") == "python -m django migrate --noinput"
    running_server.manage("migrate", "--noinput", "--verbosity=0", DATABASE_URL=url)

    idle = ask(*asked, DATABASE_URL=url)
    assert idle.those("fail") == {"workers", "relay"}, idle.text
    assert idle.those("skipped") == {"beat"}
    assert "the queues image, video, audio, file and default" in idle.sentence("workers")
    assert "-Q image,video,audio,file,default " in idle.paste("workers")
    assert idle.paste("relay") == "python -m django run_relay"
    again = ask("migrations", DATABASE_URL=url)
    assert again.those("ok") == {"database", "migrations"}
