"""Abort, delete and complete at the same moment: one of them happens, and nothing is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import connection

from mediadock.storage.errors import ObjectMissing
from mediadock.uploads import outbox
from mediadock.uploads.models import Ledger, Outbox
from mediadock.uploads.relay import discard
from mediadock.uploads.store import object_store
from stack.at_once import at_once
from stack.client import Answer, Api
from stack.uploads import PART, complete, film, prepare, put_all_parts, uploaded_photo

RUNS = 200
AT_A_TIME = 20


def abort(api: Api, grant: Any) -> Answer:
    """The abort call."""
    return api.post("/chats/upload/abort/", object_key=grant["object_key"])


def delete(api: Api, grant: Any) -> Answer:
    """The delete call."""
    return api.delete(f"/assets/{grant['asset_id']}/")


def run_the_relay() -> None:
    """Carry out every discard that is due."""
    while outbox.drain(outbox.DISCARD, discard):
        pass
    assert not Outbox.objects.filter(topic=outbox.DISCARD).exists()


@contextmanager
def relay_running() -> Iterator[None]:
    """The relay carries discards out while the block runs, as it does in a deployment."""
    ended = threading.Event()

    def carry() -> None:
        while not ended.wait(0.002):
            outbox.drain(outbox.DISCARD, discard)
        connection.close()

    with ThreadPoolExecutor(1) as relay:
        running = relay.submit(carry)
        try:
            yield
        finally:
            ended.set()
            running.result()


def is_stored(key: str) -> bool:
    """Whether the store has an object of that key."""
    try:
        object_store().head(key)
    except ObjectMissing:
        return False
    return True


def assert_counted(api: Api, *, pending: int, used_bytes: int) -> None:
    """The owner's ledger holds exactly what there is."""
    ledger = Ledger.objects.get(pk=api.user_id)
    assert (ledger.pending_count, ledger.used_bytes) == (pending, used_bytes)


def test_of_abort_and_complete_exactly_one_happens(alice: Api) -> None:
    survivors = 0
    for _ in range(RUNS // AT_A_TIME):
        grants = [uploaded_photo(alice) for _ in range(AT_A_TIME)]
        for grant in grants:
            aborted, completed = at_once(partial(abort, alice, grant), partial(complete, alice, grant))
            assert {aborted.status, completed.status} in ({200, 409}, {202, 409}), (aborted.body, completed.body)
        run_the_relay()
        for grant in grants:
            state = alice.get(f"/assets/{grant['asset_id']}/").json()["state"]
            assert state in {"uploaded", "aborted"}
            assert is_stored(grant["object_key"]) is (state == "uploaded")
            survivors += state == "uploaded"
    assert_counted(alice, pending=0, used_bytes=survivors * 1000)
    stages = [event["data"]["stage"] for event in alice.get("/events/?limit=1000").json()["items"]]
    assert stages.count("processing") == survivors
    assert stages.count("failed") == RUNS - survivors


@pytest.mark.parametrize("end", [abort, delete])
def test_a_multipart_upload_that_loses_the_race_leaves_neither_parts_nor_object(
    alice: Api, end: Callable[[Api, Any], Answer]
) -> None:
    for _ in range(6):
        grant = prepare(alice, film(2 * PART + 5))
        put_all_parts(grant, 2 * PART + 5)
        with relay_running():
            ended, completed = at_once(partial(end, alice, grant), partial(complete, alice, grant))
        assert ended.status in {200, 204, 409}, ended.body
        assert completed.status in {202, 404, 409}, completed.body
        run_the_relay()
        asset = alice.get(f"/assets/{grant['asset_id']}/")
        alive = asset.status == 200 and asset.json()["state"] == "uploaded"
        assert is_stored(grant["object_key"]) is alive
        assert not [one for one in object_store().list_multipart_uploads(grant["object_key"]) if not alive]


def test_of_delete_and_complete_the_file_is_gone_or_deleted_again(alice: Api) -> None:
    for _ in range(40):
        grant = uploaded_photo(alice)
        path = f"/assets/{grant['asset_id']}/"
        deleted, completed = at_once(partial(alice.delete, path), partial(complete, alice, grant))
        assert deleted.status == 204
        assert completed.status in {202, 404}, completed.body
        assert alice.get(path).status == 404
        run_the_relay()
        assert not is_stored(grant["object_key"])
    assert_counted(alice, pending=0, used_bytes=0)


def test_of_delete_and_abort_both_are_right_and_counted_once(alice: Api) -> None:
    for _ in range(40):
        grant = uploaded_photo(alice)
        path = f"/assets/{grant['asset_id']}/"
        deleted, aborted = at_once(partial(alice.delete, path), partial(abort, alice, grant))
        assert deleted.status == 204
        assert aborted.status in {200, 404}, aborted.body
    assert_counted(alice, pending=0, used_bytes=0)


def test_eight_delete_calls_at_once_have_one_effect(alice: Api) -> None:
    grant = uploaded_photo(alice)
    answers = at_once(*[lambda: alice.delete(f"/assets/{grant['asset_id']}/")] * 8)
    assert {answer.status for answer in answers} <= {204, 404}
    assert_counted(alice, pending=0, used_bytes=0)
    stages = [event["data"]["stage"] for event in alice.get("/events/").json()["items"]]
    assert stages == ["uploading", "deleted"]
