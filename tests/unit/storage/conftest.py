"""The same URLs and headers by boto3 and botocore, at a moment of our choosing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import botocore.auth
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from mediadock.storage.config import StoreConfig

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


@contextmanager
def clock_at(now: datetime) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: now)
        yield


@cache
def client(config: StoreConfig, endpoint_url: str) -> S3Client:
    return boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        region_name=config.region,
        aws_access_key_id=config.access_key,
        aws_secret_access_key=config.secret_key,
        aws_session_token=config.session_token,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": config.addressing},
            request_checksum_calculation="when_required",
        ),
    )


class BotocorePeer:
    def presigned(self, config: StoreConfig, method: str, now: datetime, expires_s: int, **params: Any) -> str:
        with clock_at(now):
            return client(config, config.public_endpoint_url or config.endpoint_url).generate_presigned_url(
                method, Params={"Bucket": config.bucket, **params}, ExpiresIn=expires_s
            )

    def authorization(
        self, config: StoreConfig, method: str, url: str, headers: dict[str, str], body: bytes, now: datetime
    ) -> str:
        request = AWSRequest(method=method, url=url, headers=headers, data=body)
        credentials = Credentials(config.access_key, config.secret_key, config.session_token)
        with clock_at(now):
            S3SigV4Auth(credentials, "s3", config.region).add_auth(request)
        return str(request.headers["Authorization"])


@pytest.fixture(scope="session")
def botocore_peer() -> BotocorePeer:
    return BotocorePeer()
