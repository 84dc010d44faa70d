"""The rare calls, by boto3: making the bucket and its rules. boto3 is imported only then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from mediadock.storage.config import StoreConfig
from mediadock.storage.errors import StoreRefused, StoreUnavailable

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from types_boto3_s3 import S3Client
    from types_boto3_s3.literals import BucketLocationConstraintType
    from types_boto3_s3.type_defs import BucketLifecycleConfigurationTypeDef, CORSConfigurationTypeDef

_FORGET_UPLOADS_AFTER_DAYS = 7  # a second net below our own sweeper, which is much quicker
SIGNED_BY_CLIENTS = ("content-type", "if-none-match", "x-amz-checksum-sha256")
"""The headers that a browser must be allowed to send with a presigned PUT."""


def cors_rules(origins: Sequence[str]) -> CORSConfigurationTypeDef:
    """What lets pages of exactly these origins use presigned URLs."""
    return {
        "CORSRules": [
            {
                "AllowedOrigins": list(origins),
                "AllowedMethods": ["PUT", "GET", "HEAD"],
                "AllowedHeaders": list(SIGNED_BY_CLIENTS),
                "ExposeHeaders": ["ETag"],
                "MaxAgeSeconds": 3600,
            }
        ]
    }


def lifecycle_rules() -> BucketLifecycleConfigurationTypeDef:
    """What aborts multipart uploads that nobody finishes."""
    return {
        "Rules": [
            {
                "ID": "mediadock-abandoned-uploads",
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _FORGET_UPLOADS_AFTER_DAYS},
            }
        ]
    }


def ensure_bucket(config: StoreConfig, *, cors_origins: Sequence[str]) -> None:
    """Make the bucket if need be; let exactly ``cors_origins`` use presigned URLs from browsers.

    No origin leaves the bucket's CORS rules as they are. A store without life-cycle rules is accepted: they
    only abort uploads that our own sweeper has missed.
    """
    with _client(config) as client:
        _make(client, config)
        if cors_origins:
            client.put_bucket_cors(Bucket=config.bucket, CORSConfiguration=cors_rules(cors_origins))
        _forget_old_uploads(client, config)


@contextmanager
def _client(config: StoreConfig) -> Iterator[S3Client]:
    """A client of its own for each use: nothing to share across threads or forks, and its errors as ours."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    options = Config(
        signature_version="s3v4",
        s3={"addressing_style": config.addressing},
        connect_timeout=3,
        read_timeout=30,
        retries={"mode": "standard", "total_max_attempts": 4},
        # Checksums that a store older than 2025 does not know are sent only where S3 demands them.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    session = boto3.session.Session(
        aws_access_key_id=config.access_key,
        aws_secret_access_key=config.secret_key,
        aws_session_token=config.session_token,
        region_name=config.region,
    )
    client = session.client("s3", endpoint_url=config.endpoint_url, config=options)
    try:
        yield client
    except ClientError as error:
        code, status = _code_and_status(error)
        named = StoreUnavailable if status >= 500 else StoreRefused
        raise named(log=f"{error.operation_name}: {status} {code}") from None
    except BotoCoreError as error:
        raise StoreUnavailable(log=type(error).__name__) from None
    finally:
        client.close()


def _make(client: S3Client, config: StoreConfig) -> None:
    from botocore.exceptions import ClientError

    try:
        client.head_bucket(Bucket=config.bucket)
    except ClientError as error:
        if _code_and_status(error)[1] != 404:
            raise
    else:
        return
    try:
        if config.region == "us-east-1":  # the one region that S3 does not let be named
            client.create_bucket(Bucket=config.bucket)
        else:
            region = cast("BucketLocationConstraintType", config.region)
            client.create_bucket(Bucket=config.bucket, CreateBucketConfiguration={"LocationConstraint": region})
    except ClientError as error:
        if _code_and_status(error)[0] != "BucketAlreadyOwnedByYou":  # another process was quicker
            raise


def _forget_old_uploads(client: S3Client, config: StoreConfig) -> None:
    from botocore.exceptions import ClientError

    try:
        client.put_bucket_lifecycle_configuration(Bucket=config.bucket, LifecycleConfiguration=lifecycle_rules())
    except ClientError as error:
        if _code_and_status(error)[0] not in ("NotImplemented", "MethodNotAllowed"):
            raise


def _code_and_status(error: ClientError) -> tuple[str, int]:
    code = str(error.response.get("Error", {}).get("Code", ""))[:64]
    return code, int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
