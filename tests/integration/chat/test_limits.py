"""Limits that need counting: pending uploads and bytes per user, however many requests come at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection

from mediadock.contrib.chat.surface import CHAT
from mediadock.core.errors import TooMany
from mediadock.core.policy import Declared
from mediadock.uploads.models import Ledger, MediaAsset
from mediadock.uploads.services.prepare import prepare_uploads
from mediadock.uploads.store import object_store
from stack.at_once import at_once
from stack.client import Answer, Api
from stack.embedded import Embedded
from stack.problems import refused
from stack.uploads import MIB, complete, film, photo, prepare, put_direct, uploaded_photo
from stack.web import QuietWeb, run_quiet_web

GIB = 1024 * MIB
DEFAULT_PENDING = 200


@pytest.fixture(scope="module")
def narrow_web(stack: Embedded, django_schema: None) -> Iterator[QuietWeb]:
    """The API with room for ten uploads and a hundred thousand bytes per user."""
    with run_quiet_web(stack, MEDIADOCK_MAX_PENDING_PER_USER="10", MEDIADOCK_MAX_BYTES_PER_USER="100000") as server:
        yield server


@pytest.fixture
def carol(narrow_web: QuietWeb) -> Api:
    """Somebody with little room."""
    return narrow_web.api_as_somebody()


def try_prepare(api: Api, **changes: Any) -> Answer:
    """A photo to oneself, whatever comes of it."""
    return api.post("/chats/upload/prepare/", receiver_id=api.user_id, **photo(**changes))


def counted(api: Api) -> tuple[int, int]:
    """The ledger, which must agree with the rows."""
    ledger = Ledger.objects.get(pk=api.user_id)
    pending = MediaAsset.objects.filter(owner_id=api.user_id, state="pending")
    assert ledger.pending_count == pending.count()
    return ledger.pending_count, ledger.used_bytes


def test_200_parallel_prepares_pass_the_default_limit_of_200_by_none(alice: Api) -> None:
    for _ in range(4):
        attachments = [photo() for _ in range(45)]
        answer = alice.post("/files/upload/", receiver_id=alice.user_id, text="", attachments=attachments)
        assert answer.status == 201
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: try_prepare(alice), range(DEFAULT_PENDING)))
    assert sorted(answer.status for answer in answers) == [201] * 20 + [429] * 180
    for answer in answers:
        if answer.status == 429:
            refused(answer, 429, "too_many_pending")
    assert counted(alice) == (200, 200_000)
    told = [event["seq"] for event in alice.get("/events/?limit=1000").json()["items"]]
    assert told == list(range(1, 201))  # parallel streams of facts without gap or repeat


def test_of_two_hundred_at_once_ten_are_granted_where_there_is_room_for_ten(carol: Api) -> None:
    answers = at_once(*[partial(try_prepare, carol)] * 200)
    assert sorted(answer.status for answer in answers) == [201] * 10 + [429] * 190
    assert counted(carol) == (10, 10_000)


def test_ending_an_upload_makes_room_for_another(carol: Api) -> None:
    grants = [uploaded_photo(carol) for _ in range(10)]
    refused(try_prepare(carol), 429)
    carol.post("/chats/upload/abort/", object_key=grants[0]["object_key"])
    assert try_prepare(carol).status == 201
    refused(try_prepare(carol), 429)
    carol.delete(f"/assets/{grants[1]['asset_id']}/")
    assert try_prepare(carol).status == 201
    refused(try_prepare(carol), 429)
    assert complete(carol, grants[2]).status == 202
    assert try_prepare(carol).status == 201
    assert counted(carol) == (10, 11_000)


def test_who_was_refused_for_a_place_that_is_free_a_moment_later_may_ask_again(alice: Api) -> None:
    """429 is asked again by every client, and 413 by none: there is room for the bytes."""
    grant = prepare(alice, photo())
    Ledger.objects.filter(pk=alice.user_id).update(pending_count=DEFAULT_PENDING)

    def aborting_before_the_ledger_is_read(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("SELECT") and "mediadock_ledger" in sql:
            assert alice.post("/chats/upload/abort/", object_key=grant["object_key"]).status == 200
        return execute(sql, *rest)

    assert alice.user_id is not None
    declared = Declared(file_name="a.jpg", size_bytes=1, content_type="image/jpeg")
    with connection.execute_wrapper(aborting_before_the_ledger_is_read), pytest.raises(TooMany) as refusal:
        prepare_uploads(owner_id=alice.user_id, profile=CHAT, declared=[declared], audience=[alice.user_id])
    assert (refusal.value.code, refusal.value.retry_after_s) == ("too_many_pending", 1)
    assert try_prepare(alice).status == 201


def test_bytes_are_reserved_exactly_to_the_limit(carol: Api) -> None:
    assert try_prepare(carol, file_size=99_999).status == 201
    problem = refused(try_prepare(carol, file_size=2), 413, "quota_exceeded")
    assert "1 byte" in problem["detail"]
    assert try_prepare(carol, file_size=1).status == 201
    refused(try_prepare(carol, file_size=1), 413, "quota_exceeded")
    assert counted(carol) == (2, 100_000)


def test_bytes_asked_at_once_never_pass_the_limit(carol: Api) -> None:
    answers = at_once(*[partial(try_prepare, carol, file_size=30_000)] * 9)
    assert sorted(answer.status for answer in answers) == [201] * 3 + [413] * 6
    assert counted(carol) == (3, 90_000)


def test_a_first_file_larger_than_all_room_is_refused(carol: Api) -> None:
    refused(try_prepare(carol, file_size=100_001), 413, "quota_exceeded")
    assert carol.get("/uploads/").json()["items"] == []


def test_bytes_stay_counted_after_complete_and_go_with_the_file(carol: Api) -> None:
    grant = prepare(carol, photo(file_size=60_000))
    assert put_direct(grant, b"x" * 60_000).status == 200
    assert complete(carol, grant).status == 202
    assert counted(carol) == (0, 60_000)
    refused(try_prepare(carol, file_size=50_000), 413)
    assert carol.delete(f"/assets/{grant['asset_id']}/").status == 204
    assert counted(carol) == (0, 0)
    assert try_prepare(carol, file_size=100_000).status == 201


def test_an_album_over_a_limit_creates_nothing(carol: Api) -> None:
    eleven = [photo() for _ in range(11)]
    path, receiver = "/files/upload/", {"receiver_id": carol.user_id, "text": ""}
    refused(carol.post(path, **receiver, attachments=eleven), 429, "too_many_pending")
    heavy = [photo(file_size=50_001) for _ in range(2)]
    refused(carol.post(path, **receiver, attachments=heavy), 413, "quota_exceeded")
    assert carol.get("/uploads/").json()["items"] == []
    assert carol.get("/events/").json()["items"] == []
    assert carol.get(f"/chats/{carol.user_id}/messages/").json()["items"] == []


def test_a_refused_multipart_upload_is_not_left_open_at_the_store(carol: Api, alice: Api) -> None:
    refused(carol.post("/chats/upload/prepare/", receiver_id=carol.user_id, **film(11 * MIB)), 413, "quota_exceeded")
    refused(alice.post("/chats/upload/prepare/", receiver_id=2**31 - 1, **film(11 * MIB)), 404)
    for person in (carol, alice):
        prefix = f"incoming/chat/user_{person.user_id}/"
        assert list(object_store().list_multipart_uploads(prefix)) == []


def test_the_default_quota_is_100_gib(alice: Api) -> None:
    twenty = [film(20 * GIB) for _ in range(5)]
    body = {"receiver_id": alice.user_id, "text": "", "attachments": twenty}
    assert alice.post("/files/upload/", **body).status == 201
    refused(try_prepare(alice, file_size=1), 413, "quota_exceeded")
