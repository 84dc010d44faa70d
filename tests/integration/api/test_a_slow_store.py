"""A store that takes its time over an upload in parts: no transaction waits for it, and a key makes one upload."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection, transaction

from faults.wires import Pass, Stall, Wire, wires_to
from mediadock.api.models import IdempotentRequest
from mediadock.local.application import application_environment
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.store import object_store
from stack.client import Answer, Api
from stack.embedded import Embedded
from stack.problems import refused
from stack.uploads import FILM_BYTES, film
from stack.waiting import eventually
from stack.web import QuietWeb, run_quiet_web, run_web

PREPARE = "/chats/upload/prepare/"


@pytest.fixture(scope="module")
def wire(stack: Embedded) -> Iterator[Wire]:
    """What lies between the web process and the store."""
    with wires_to(stack.stack.ports.s3) as (wire,):
        yield wire


@pytest.fixture(scope="module")
def slow_web(stack: Embedded, django_schema: None, wire: Wire) -> Iterator[QuietWeb]:
    """The API, whose store is as slow as a test says."""
    with run_quiet_web(stack, MEDIADOCK_S3_ENDPOINT=f"http://127.0.0.1:{wire.port}") as web:
        yield web


@pytest.fixture
def hands() -> Iterator[ThreadPoolExecutor]:
    """Callers who wait for their answers."""
    with ThreadPoolExecutor(4) as hands:
        yield hands


def with_key(api: Api, body: object) -> Answer:
    """A prepare call under a key."""
    return api.send("POST", PREPARE, json=body, headers={"Idempotency-Key": "one"})


def waits_for_the_store(
    wire: Wire, hands: ThreadPoolExecutor, api: Api, body: object, *, callers: int = 1
) -> list[Future[Answer]]:
    """Calls that have reached the store, which says nothing until the wire lets it."""
    wire.fault = Stall()
    asked = [hands.submit(partial(with_key, api, body)) for _ in range(callers)]
    eventually(lambda: wire.held >= callers)
    return asked


def open_transactions() -> list[str]:
    """The last statements of those that sit in a transaction and wait for something that is not PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT query FROM pg_stat_activity"
            " WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
        )
        return [row[0] for row in cursor.fetchall()]


def assets_of(api: Api) -> list[MediaAsset]:
    return list(MediaAsset.objects.filter(owner_id=api.user_id))


def open_uploads_of(api: Api) -> list[str]:
    """What the store has begun for this user and not ended."""
    found = object_store().list_multipart_uploads(f"incoming/chat/user_{api.user_id}/")
    return [upload.upload_id for upload in found]


def test_while_the_store_is_asked_no_transaction_is_open_and_the_key_is_free(
    slow_web: QuietWeb, wire: Wire, hands: ThreadPoolExecutor
) -> None:
    alice = slow_web.api_as_somebody()
    body = film(FILM_BYTES, receiver_id=alice.user_id)
    [asked] = waits_for_the_store(wire, hands, alice, body)
    try:
        assert open_transactions() == []
        with transaction.atomic():
            IdempotentRequest.objects.select_for_update(nowait=True).get(user_id=alice.user_id)
    finally:
        wire.fault = Pass()
    answer = asked.result()
    assert answer.status == 201, answer.body
    assert with_key(alice, body).body == answer.body
    assert [asset.upload_id for asset in assets_of(alice)] == open_uploads_of(alice) == [answer.json()["upload_id"]]


def test_of_calls_that_wait_for_the_store_together_one_makes_the_upload_and_the_others_take_back_theirs(
    slow_web: QuietWeb, wire: Wire, hands: ThreadPoolExecutor
) -> None:
    alice = slow_web.api_as_somebody()
    body = film(FILM_BYTES, receiver_id=alice.user_id)
    asked = waits_for_the_store(wire, hands, alice, body, callers=3)
    wire.fault = Pass()
    answers = [one.result() for one in asked]
    granted = {answer.body for answer in answers if answer.status == 201}
    assert len(granted) == 1
    for answer in answers:
        if answer.status != 201:
            refused(answer, 409, "idempotency_in_progress")
    assert [asset.upload_id for asset in assets_of(alice)] == open_uploads_of(alice)
    assert with_key(alice, body).body in granted


def test_what_is_refused_when_the_store_has_answered_leaves_nothing_there(
    slow_web: QuietWeb, hands: ThreadPoolExecutor
) -> None:
    alice = slow_web.api_as_somebody()
    refused(with_key(alice, film(FILM_BYTES, receiver_id=2**31 - 1)), 404, "receiver_not_found")
    assert (assets_of(alice), open_uploads_of(alice)) == ([], [])
    assert with_key(alice, film(FILM_BYTES, receiver_id=alice.user_id)).status == 201
    assert len(assets_of(alice)) == len(open_uploads_of(alice)) == 1


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "one"}])
def test_what_is_deleted_while_the_store_is_asked_takes_no_upload_and_leaves_nothing_there(
    slow_web: QuietWeb, wire: Wire, hands: ThreadPoolExecutor, headers: dict[str, str]
) -> None:
    alice = slow_web.api_as_somebody()
    album = alice.post("/albums", title="Summer").json()["albumId"]
    a_film = {"filename": "party.mp4", "contentType": "video/mp4", "size": FILM_BYTES}
    path = f"/albums/{album}/media/upload"
    wire.fault = Stall()
    asked = hands.submit(partial(alice.send, "POST", path, json=a_film, headers=headers))
    eventually(lambda: wire.held >= 1)
    assert alice.delete(f"/albums/{album}").status == 204
    wire.fault = Pass()
    refused(asked.result(), 404, "album_not_found")
    assert assets_of(alice) == []
    assert list(object_store().list_multipart_uploads(f"incoming/albums/{album}/")) == []


def test_a_server_that_is_killed_while_the_store_is_asked_leaves_the_key_free(
    stack: Embedded, slow_web: QuietWeb, wire: Wire, hands: ThreadPoolExecutor
) -> None:
    alice = slow_web.api_as_somebody()
    body = film(FILM_BYTES, receiver_id=alice.user_id)
    endpoint = {"MEDIADOCK_S3_ENDPOINT": f"http://127.0.0.1:{wire.port}"}
    env = application_environment(stack.in_process_environment | endpoint)
    with run_web(stack, env) as (port, pid):
        doomed = Api(f"http://127.0.0.1:{port}/api/v1", token=alice.token, user_id=alice.user_id)
        [asked] = waits_for_the_store(wire, hands, doomed, body)
        os.killpg(os.getpgid(pid), signal.SIGKILL)
    wire.fault = Pass()
    assert asked.exception() is not None
    answer = with_key(alice, body)
    assert answer.status == 201, answer.body
    assert [asset.upload_id for asset in assets_of(alice)] == [answer.json()["upload_id"]]
