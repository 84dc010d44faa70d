"""Whatever JSON the holder of the secret sends, in whatever place: an answer, never an error of the server's."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings

from stack.client import call
from stack.embedded import IN_PROCESS_BUCKET
from stack.events import Store
from stack.odd_json import documents, spoiled
from stack.problems import refused

LITTLE = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@LITTLE
@given(document=documents())
def test_any_document_is_answered(store: Store, document: object) -> None:
    assert store.says(document) == 0


@LITTLE
@given(document=spoiled(bucket=IN_PROCESS_BUCKET))
def test_a_notification_with_anything_in_any_place_is_answered(store: Store, document: object) -> None:
    assert store.says(document) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"\xff\xfe", b"nul", b"{}{}", b"\x00" * 100, b"[" * 200_000, b'{"Records":' * 100_000,
        b'{"Message":"' + b"[" * 200_000 + b'"', b"1" * 5000, '{"key":"\ud800"'.encode("utf-8", "surrogatepass"),
    ],
    ids=range(11),
)  # fmt: skip
def test_a_body_that_is_no_json_is_a_problem_document(store: Store, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {store.secret}"}
    answer = call("POST", store.api.base_url + "/storage/events", body=body, headers=headers)
    refused(answer, 422, "malformed_json")


@pytest.mark.parametrize(
    "document",
    [
        {"Message": "[" * 200_000},
        {"Records": [{"eventName": [[[[[["ObjectCreated"]]]]]], "s3": {}}]},
        {"Message": json.dumps({"Records": "x"})},
        {"event_type": {"create": 1}, "message": {"new_entry": {}}, "key": []},
        {"Records": [[]] * 100_000},
        {"event_type": "rename", "message": {"new_entry": {"name": None}, "new_parent_path": 3}},
        10**400,
    ],
    ids=range(7),
)
def test_odd_shapes_name_nothing(store: Store, document: object) -> None:
    assert store.says(document) == 0
