"""The reader of notifications over any JSON: it names keys or nothing, and never breaks."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediadock.ingest.parse import MOST_KEYS, created_keys, read_json
from stack.notifications import ENVELOPES, record, s3
from stack.odd_json import documents, spoiled


@given(document=documents() | spoiled(bucket="media"))
def test_any_document_names_keys_once_or_nothing(document: object) -> None:
    keys = created_keys(document, bucket="media")
    assert all(isinstance(key, str) for key in keys)
    assert len(set(keys)) == len(keys) <= MOST_KEYS


@pytest.mark.parametrize("envelope", ENVELOPES)
@given(key=st.text(min_size=1, max_size=60))
def test_a_key_comes_through_every_envelope_as_it_is(envelope: str, key: str) -> None:
    assert created_keys(ENVELOPES[envelope](key, bucket="media"), bucket="media") == [key]


@pytest.mark.parametrize(
    ("count", "named"), [(MOST_KEYS - 1, MOST_KEYS - 1), (MOST_KEYS, MOST_KEYS), (5000, MOST_KEYS)]
)
def test_a_notification_names_a_thousand_objects_at_most(count: int, named: int) -> None:
    records = [record(f"incoming/{number % count}", bucket="media") for number in range(2 * count)]
    keys = created_keys({"Records": records}, bucket="media")
    assert keys == [f"incoming/{number}" for number in range(named)]


def test_envelopes_within_envelopes_end() -> None:
    document: object = s3("incoming/a", bucket="media")
    for _ in range(3):
        document = {"Type": "Notification", "Message": json.dumps(document)}
    assert created_keys(document, bucket="media") == ["incoming/a"]
    assert created_keys({"Message": json.dumps(document)}, bucket="media") == []


@pytest.mark.parametrize("text", ["[" * 200_000, b'{"a":' * 200_000, "", b"\xff", "1" * 5000])
def test_what_cannot_be_read_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever it is, the caller refuses
        read_json(text)
