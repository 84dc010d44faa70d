"""Notifications of objects, in every envelope that stores send them in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus

Document = dict[str, Any]


def seaweedfs(key: str, *, bucket: str, event_type: str = "create", **entry: object) -> Document:
    """The webhook of SeaweedFS 4.48, with everything that it says of an object."""
    folder, _, name = f"/buckets/{bucket}/{key}".rpartition("/")
    attributes = {"file_size": 1000, "mtime": 1763750000, "file_mode": 432, "mime": "image/jpeg", "md5": "cm90Zg=="}
    return {
        "event_type": event_type,
        "key": f"/buckets/{bucket}/{key}",
        "message": {
            "new_entry": {"name": name, "attributes": attributes, "chunks": [{"file_id": "3,01"}], **entry},
            "delete_chunks": True,
            "new_parent_path": folder,
        },
    }


def record(key: str, *, bucket: str, event: str = "ObjectCreated:Put") -> Document:
    """One of S3's records."""
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "eu-central-1",
        "eventTime": "2026-11-21T18:00:00.000Z",
        "eventName": event,
        "userIdentity": {"principalId": "AWS:AIDA"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
            "object": {"key": quote_plus(key, safe="/"), "size": 1000, "eTag": "0", "sequencer": "0055AED6DCD90281E5"},
        },
    }


def s3(key: str, *, bucket: str, event: str = "ObjectCreated:Put") -> Document:
    """What S3 sends to a queue or a function."""
    return {"Records": [record(key, bucket=bucket, event=event)]}


def minio(key: str, *, bucket: str) -> Document:
    """MinIO's webhook: S3's records, named twice and with a prefix."""
    named = record(key, bucket=bucket, event="s3:ObjectCreated:CompleteMultipartUpload")
    return {"EventName": "s3:ObjectCreated:CompleteMultipartUpload", "Key": f"{bucket}/{key}", "Records": [named]}


def sns(key: str, *, bucket: str) -> Document:
    """S3's records as SNS posts them."""
    return {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:eu-central-1:123456789012:uploads",
        "Subject": "Amazon S3 Notification",
        "Message": json.dumps(s3(key, bucket=bucket)),
        "SigningCertURL": "https://sns.example/cert.pem",
        "UnsubscribeURL": "https://sns.example/unsubscribe",
    }


def sns_in_a_record(key: str, *, bucket: str) -> Document:
    """The same, as a function subscribed to the topic gets and passes it on."""
    return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": sns(key, bucket=bucket)}]}


def eventbridge(key: str, *, bucket: str, happened: str = "Object Created") -> Document:
    """A single event of EventBridge, whose keys are not encoded."""
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": happened,
        "source": "aws.s3",
        "resources": [f"arn:aws:s3:::{bucket}"],
        "detail": {"bucket": {"name": bucket}, "object": {"key": key, "size": 1000}, "reason": "PutObject"},
    }


ENVELOPES: Mapping[str, Callable[..., Document]] = {
    "SeaweedFS": seaweedfs,
    "S3": s3,
    "MinIO": minio,
    "SNS": sns,
    "SNS in a record": sns_in_a_record,
    "EventBridge": eventbridge,
}
