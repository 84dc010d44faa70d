"""``Idempotency-Key`` on what creates: the same call twice has one effect and the same answer (specification 11)."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from mediadock.api.models import IdempotentRequest
from stack.at_once import at_once
from stack.client import Answer, Api
from stack.problems import refused
from stack.uploads import photo


def with_key(api: Api, path: str, body: Any, key: str = "one") -> Answer:
    """A POST under a key."""
    return api.send("POST", path, json=body, headers={"Idempotency-Key": key})


def creations(api: Api) -> list[tuple[str, dict[str, Any]]]:
    """Every POST that creates, to oneself."""
    return [
        ("/chats/upload/prepare/", photo(receiver_id=api.user_id)),
        ("/files/upload/", {"receiver_id": api.user_id, "text": "", "attachments": [photo(), photo()]}),
        (f"/chats/{api.user_id}/messages/", {"text": "hello"}),
    ]


def messages(api: Api) -> list[Any]:
    """The caller's messages to himself."""
    items: list[Any] = api.get(f"/chats/{api.user_id}/messages/").json()["items"]
    return items


@pytest.mark.parametrize("which", range(3))
def test_the_same_call_again_gets_the_same_answer_and_creates_nothing(alice: Api, which: int) -> None:
    path, body = creations(alice)[which]
    first = with_key(alice, path, body)
    assert first.status == 201, first.body
    for _ in range(2):
        again = with_key(alice, path, body)
        assert (again.status, again.body) == (first.status, first.body)
        assert again.headers["content-type"] == first.headers["content-type"]
    assert len(messages(alice)) == 1


@pytest.mark.parametrize("which", range(3))
def test_calls_at_once_create_one_thing(alice: Api, which: int) -> None:
    path, body = creations(alice)[which]
    answers = at_once(*[partial(with_key, alice, path, body)] * 8)
    granted = {answer.body for answer in answers if answer.status == 201}
    assert len(granted) == 1
    for answer in answers:
        if answer.status != 201:
            refused(answer, 409, "idempotency_in_progress")
    assert len(messages(alice)) == 1


def test_another_body_under_the_same_key_is_refused(alice: Api) -> None:
    path, body = creations(alice)[0]
    assert with_key(alice, path, body).status == 201
    refused(with_key(alice, path, {**body, "file_size": 1001}), 422, "idempotency_key_reused")
    assert len(messages(alice)) == 1


def test_a_key_is_of_one_user_and_one_path(alice: Api, bob: Api) -> None:
    for person in (alice, bob):
        for path, body in creations(person):
            assert with_key(person, path, body).status == 201
        assert len(messages(person)) == 3


def test_another_key_or_none_creates_another(alice: Api) -> None:
    path, body = creations(alice)[0]
    for key in ("one", "two"):
        assert with_key(alice, path, body, key).status == 201
    for _ in range(2):
        assert alice.send("POST", path, json=body).status == 201
    assert len(messages(alice)) == 4


def test_a_refusal_is_not_kept(alice: Api) -> None:
    path, body = creations(alice)[0]
    refused(with_key(alice, path, {**body, "file_size": 0}), 422)
    refused(with_key(alice, path, {**body, "receiver_id": 2**31 - 1}), 404)
    assert with_key(alice, path, body).status == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there", "é"])
def test_a_key_that_is_none_is_refused_or_taken_but_never_an_error(alice: Api, key: str) -> None:
    path, body = creations(alice)[0]
    answer = with_key(alice, path, body, key)
    if answer.status != 201:
        refused(answer, 422, "idempotency_key_invalid")
    assert len(messages(alice)) == (answer.status == 201)


def test_a_key_may_have_255_characters(alice: Api) -> None:
    path, body = creations(alice)[0]
    assert with_key(alice, path, body, "k" * 255).status == 201


def test_a_request_whose_process_died_frees_its_key_at_once(alice: Api) -> None:
    path, body = creations(alice)[0]
    mine = {"user_id": alice.user_id, "path": f"/api/v1{path}", "key": "one"}
    IdempotentRequest.objects.create(**mine, body_sha256=hashlib.sha256(json.dumps(body).encode()).hexdigest())
    with transaction.atomic():
        IdempotentRequest.objects.select_for_update().get(**mine)  # as if it still ran
        refused(with_key(alice, path, body), 409, "idempotency_in_progress")
    answer = with_key(alice, path, body)
    assert answer.status == 201
    assert with_key(alice, path, body).body == answer.body
    assert len(messages(alice)) == 1


def test_an_answer_is_kept_for_24_hours(alice: Api) -> None:
    path, body = creations(alice)[0]
    first = with_key(alice, path, body)
    mine = IdempotentRequest.objects.filter(user_id=alice.user_id)
    mine.update(created_at=F("created_at") - timedelta(hours=23, minutes=59))
    assert with_key(alice, path, body).body == first.body
    mine.update(created_at=F("created_at") - timedelta(minutes=2))
    assert with_key(alice, path, body).json()["asset_id"] != first.json()["asset_id"]
