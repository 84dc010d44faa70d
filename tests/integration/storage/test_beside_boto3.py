"""Our calls and boto3's see the same store."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

from mediadock.storage.presign import PartRange, Presigner
from mediadock.storage.shapes import CompletedPart

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

MIB = 1024 * 1024
KEY = "incoming/a b+c/ü.mp4"


@pytest.fixture(scope="module")
def client(bucket_of_these_tests) -> S3Client:
    config = bucket_of_these_tests
    session = boto3.session.Session(config.access_key, config.secret_key, region_name=config.region)
    client = session.client("s3", endpoint_url=config.endpoint_url, config=Config(signature_version="s3v4"))
    yield client
    client.close()


def test_an_upload_begun_by_one_is_completed_by_the_other(store, store_config, client, send):
    bucket = store_config.bucket
    for ours_completes in (True, False):
        if ours_completes:
            upload_id = client.create_multipart_upload(Bucket=bucket, Key=KEY, ContentType="video/mp4")["UploadId"]
        else:
            upload_id = store.create_multipart(KEY, content_type="video/mp4")
        ranges = [PartRange(1, 5 * MIB), PartRange(2, 3)]
        urls = Presigner(store_config).upload_parts(KEY, upload_id, ranges, expires_s=60, now=datetime.now(UTC))
        for url, part in zip(urls, ranges, strict=True):
            assert send("PUT", url, b"x" * part.size_bytes).status == 200
        theirs = client.list_parts(Bucket=bucket, Key=KEY, UploadId=upload_id)["Parts"]
        ours = store.list_parts(KEY, upload_id)
        assert [(part.number, f'"{part.etag}"', part.size_bytes) for part in ours] == [
            (part["PartNumber"], part["ETag"], part["Size"]) for part in theirs
        ]
        [open_upload] = store.list_multipart_uploads("incoming/")
        [same] = client.list_multipart_uploads(Bucket=bucket, Prefix="incoming/")["Uploads"]
        assert (open_upload.key, open_upload.upload_id, open_upload.initiated) == (
            same["Key"],
            same["UploadId"],
            same["Initiated"],
        )
        if ours_completes:
            etag = store.complete_multipart(KEY, upload_id, [CompletedPart(part.number, part.etag) for part in ours])
        else:
            named = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in theirs]
            etag = client.complete_multipart_upload(
                Bucket=bucket, Key=KEY, UploadId=upload_id, MultipartUpload={"Parts": named}
            )["ETag"].strip('"')
        assert_the_same(store, client, bucket, etag=etag)


def test_what_one_puts_the_other_reads(store, store_config, client):
    etag = store.put(
        KEY,
        b"0123456789",
        content_type="text/plain",
        size_bytes=10,
        cache_control="public, max-age=31536000, immutable",
        content_disposition='attachment; filename="a b.txt"',
    )
    assert_the_same(store, client, store_config.bucket, etag=etag)
    theirs = client.get_object(Bucket=store_config.bucket, Key=KEY, IfMatch=etag, Range="bytes=2-5")
    assert theirs["Body"].read() == store.read_range(KEY, etag=etag, start=2, end=6) == b"2345"
    assert theirs["CacheControl"] == "public, max-age=31536000, immutable"
    assert theirs["ContentDisposition"] == 'attachment; filename="a b.txt"'


def test_a_copy_carries_our_headers_and_none_of_the_sources(store, store_config, client):
    bucket = store_config.bucket
    client.put_object(
        Bucket=bucket,
        Key=KEY,
        Body=b"<script>",
        ContentType="text/html",
        ContentDisposition="inline",
        CacheControl="no-store",
        Metadata={"from": "outside"},
    )
    store.copy(
        KEY,
        "copied",
        etag=store.head(KEY).etag,
        content_type="application/octet-stream",
        content_disposition="attachment",
        size_bytes=8,
    )
    copied = client.head_object(Bucket=bucket, Key="copied")
    assert (copied["ContentType"], copied["ContentDisposition"]) == ("application/octet-stream", "attachment")
    assert copied["Metadata"] == {}
    assert "CacheControl" not in copied


def assert_the_same(store, client, bucket: str, *, etag: str) -> None:
    ours = store.head(KEY, etag=etag)
    theirs = client.head_object(Bucket=bucket, Key=KEY)
    assert (ours.size_bytes, f'"{ours.etag}"', ours.content_type, ours.last_modified) == (
        theirs["ContentLength"],
        theirs["ETag"],
        theirs["ContentType"],
        theirs["LastModified"],
    )
    [listed] = store.list_objects("incoming/")
    [same] = client.list_objects_v2(Bucket=bucket, Prefix="incoming/")["Contents"]
    assert (listed.key, listed.size_bytes, f'"{listed.etag}"', listed.last_modified) == (
        same["Key"],
        same["Size"],
        same["ETag"],
        same["LastModified"],
    )
