"""Which objects a notification says were created, whatever store sent it. Pure; it believes nothing else in it.

Understood: SeaweedFS webhook bodies; S3 notifications (``Records[]``), bare, in an SNS envelope or as
EventBridge events. Anything else names no object. A subscription that SNS asks to confirm is an operator's business:
no address in a notification is ever opened.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import unquote_plus

MOST_KEYS = 1000
"""As many uploads as one notification may be about; real stores send a few. What is left out, the sweeper finds."""

_SEAWEED_BUCKETS = "/buckets/"
_SEAWEED_WRITES = ("create", "update", "rename")
_CREATED = "ObjectCreated"
_EVENTBRIDGE_CREATED = "Object Created"
_SNS_NOTIFICATION = (None, "Notification")
_MAX_DEPTH = 3


def created_keys(document: Any, *, bucket: str) -> list[str]:  # noqa: ANN401 - any JSON may come
    """The keys in ``bucket`` that the notification reports as written, each once, in its order."""
    return list(islice(dict.fromkeys(_keys(document, bucket, depth=0)), MOST_KEYS))


def read_json(text: str | bytes) -> Any:  # noqa: ANN401
    """Whatever document ``text`` is. Raises ``ValueError``, also for one nested deeper than we could follow."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _keys(document: Any, bucket: str, *, depth: int) -> Iterator[str]:  # noqa: ANN401
    if not isinstance(document, dict) or depth > _MAX_DEPTH:
        return
    if "event_type" in document:
        yield from _seaweedfs(document, bucket)
    for record in _list(document.get("Records")):
        yield from _s3_record(record, bucket, depth)
    if isinstance(document.get("Message"), str) and document.get("Type") in _SNS_NOTIFICATION:
        yield from _keys(_within(document["Message"]), bucket, depth=depth + 1)
    if isinstance(document.get("detail"), dict) and document.get("detail-type") == _EVENTBRIDGE_CREATED:
        yield from _s3_object(document["detail"], bucket, encoded=False)


def _seaweedfs(document: dict[str, Any], bucket: str) -> Iterator[str]:
    message = document.get("message")
    if document["event_type"] not in _SEAWEED_WRITES or not isinstance(message, dict):
        return
    entry, path = message.get("new_entry"), document.get("key")
    if not isinstance(entry, dict) or entry.get("is_directory"):
        return
    if document["event_type"] == "rename":  # its key is where the object was
        path = f"{message.get('new_parent_path')}/{entry.get('name')}"
    prefix = f"{_SEAWEED_BUCKETS}{bucket}/"
    if isinstance(path, str) and path.startswith(prefix):
        yield path.removeprefix(prefix)


def _s3_record(record: Any, bucket: str, depth: int) -> Iterator[str]:  # noqa: ANN401
    if not isinstance(record, dict):
        return
    name = record.get("eventName")
    if isinstance(record.get("s3"), dict) and isinstance(name, str) and _CREATED in name:
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


def _within(text: str) -> Any:  # noqa: ANN401
    try:
        return read_json(text)
    except ValueError:
        return None
