"""Which objects a notification names, in every envelope that stores send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mediadock.ingest.parse import created_keys


def seaweedfs(
    event_type: str = "create", key: str = "/buckets/media/incoming/a.jpg", **entry: object
) -> dict[str, Any]:
    new_entry = {"name": "a.jpg", "attributes": {"file_size": 1000, "mime": "image/jpeg"}, **entry}
    return {"event_type": event_type, "key": key, "message": {"new_entry": new_entry, "new_parent_path": "x"}}


def s3(key: str = "incoming/a.jpg", bucket: str = "media", event: str = "ObjectCreated:Put") -> dict[str, Any]:
    return {"Records": [{"eventName": event, "s3": {"bucket": {"name": bucket}, "object": {"key": key, "size": 1}}}]}


EVENTBRIDGE = {
    "detail-type": "Object Created",
    "detail": {"bucket": {"name": "media"}, "object": {"key": "incoming/a b.jpg"}},
}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (seaweedfs(), ["incoming/a.jpg"]),
        (seaweedfs("update"), ["incoming/a.jpg"]),
        (seaweedfs("delete"), []),
        (seaweedfs(is_directory=True), []),
        (seaweedfs(key="/buckets/other/incoming/a.jpg"), []),
        ({"event_type": "create", "key": "/buckets/media/incoming/a.jpg", "message": {}}, []),
        (s3(), ["incoming/a.jpg"]),
        (s3(key="incoming/a+b%C3%A9.jpg"), ["incoming/a bé.jpg"]),
        (s3(bucket="other"), []),
        (s3(event="ObjectRemoved:Delete"), []),
        ({"Type": "Notification", "Message": json.dumps(s3())}, ["incoming/a.jpg"]),
        ({"Records": [{"Sns": {"Message": json.dumps(s3())}}]}, ["incoming/a.jpg"]),
        (EVENTBRIDGE, ["incoming/a b.jpg"]),
        ({"Records": s3()["Records"] * 5}, ["incoming/a.jpg"]),
    ],
)
def test_a_notification_names_what_was_created_in_our_bucket(document: object, expected: list[str]) -> None:
    assert created_keys(document, bucket="media") == expected


@pytest.mark.parametrize(
    "document",
    [
        None, [], "x", 7, {}, {"Records": 3}, {"Records": [None, {"s3": 1}, {"s3": {"bucket": [], "object": {}}}]},
        {"Message": "{"}, {"event_type": [], "key": 1}, {"detail": {}, "detail-type": "Object Created"},
        {"Message": json.dumps({"Message": json.dumps({"Message": json.dumps({"Message": json.dumps(s3())})})})},
    ],
)  # fmt: skip
def test_anything_else_names_nothing_and_breaks_nothing(document: object) -> None:
    assert created_keys(document, bucket="media") == []
