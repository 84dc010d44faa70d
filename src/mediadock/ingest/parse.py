"""Which objects a notification says were created, whatever store sent it. Pure; it believes nothing else in it.

Understood: SeaweedFS webhook bodies; S3 notifications (``Records[]``), bare, in an SNS envelope or as
EventBridge events. Anything else names no object.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

_SEAWEED_BUCKETS = "/buckets/"
_CREATED = "ObjectCreated"
_MAX_DEPTH = 3


def created_keys(document: Any, *, bucket: str) -> list[str]:  # noqa: ANN401 - any JSON may come
    """The keys in ``bucket`` that the notification reports as created or overwritten, in its order."""
    return list(dict.fromkeys(_keys(document, bucket, depth=0)))


def _keys(document: Any, bucket: str, *, depth: int) -> Iterator[str]:  # noqa: ANN401
    if not isinstance(document, dict) or depth > _MAX_DEPTH:
        return
    if "event_type" in document:
        yield from _seaweedfs(document, bucket)
    for record in _list(document.get("Records")):
        yield from _s3_record(record, bucket, depth)
    if isinstance(document.get("Message"), str):
        yield from _keys(_parsed(document["Message"]), bucket, depth=depth + 1)
    if isinstance(document.get("detail"), dict) and "Created" in str(document.get("detail-type")):
        yield from _s3_object(document["detail"], bucket, encoded=False)


def _seaweedfs(document: dict[str, Any], bucket: str) -> Iterator[str]:
    key = document.get("key")
    message = document.get("message")
    entry = message.get("new_entry") if isinstance(message, dict) else None
    prefix = f"{_SEAWEED_BUCKETS}{bucket}/"
    is_file = isinstance(entry, dict) and not entry.get("is_directory")
    was_written = document["event_type"] in ("create", "update", "rename")
    if was_written and is_file and isinstance(key, str) and key.startswith(prefix):
        yield key.removeprefix(prefix)


def _s3_record(record: Any, bucket: str, depth: int) -> Iterator[str]:  # noqa: ANN401
    if not isinstance(record, dict):
        return
    if isinstance(record.get("s3"), dict) and _CREATED in str(record.get("eventName")):
        yield from _s3_object(record["s3"], bucket, encoded=True)
    if isinstance(record.get("Sns"), dict):
        yield from _keys(record["Sns"], bucket, depth=depth + 1)


def _s3_object(holder: dict[str, Any], bucket: str, *, encoded: bool) -> Iterator[str]:
    """S3 writes keys as form-encoded text in its notifications, EventBridge as they are."""
    named, found = holder.get("bucket"), holder.get("object")
    if isinstance(named, dict) and isinstance(found, dict) and named.get("name") == bucket:
        key = found.get("key")
        if isinstance(key, str):
            yield unquote_plus(key) if encoded else key


def _list(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else []


def _parsed(text: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(text)
    except ValueError:
        return None
