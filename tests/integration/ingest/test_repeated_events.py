"""Events are neither unique nor in order (B10): five times each, shuffled, from several callers at once."""

from __future__ import annotations

import random
from collections import Counter

from django.db import connection

from mediadock.uploads.models import Outbox
from stack.at_once import at_once
from stack.client import Api
from stack.embedded import IN_PROCESS_BUCKET
from stack.events import Store
from stack.notifications import ENVELOPES
from stack.uploads import complete, photo, put_direct, state_of, uploaded_photo
from stack.uploads import prepare as prepared
from stack.workers import becomes_ready

CALLERS = 4


def test_each_upload_is_completed_processed_and_ended_once(store: Store, alice: Api) -> None:
    grants = [uploaded_photo(alice) for _ in range(6)]
    documents = [
        ENVELOPES[name](grant["object_key"], bucket=IN_PROCESS_BUCKET)
        for grant, name in zip(grants, ENVELOPES, strict=True)
    ]
    said = documents * 5
    random.Random(19).shuffle(said)

    def share(caller: int) -> None:
        for document in said[caller::CALLERS]:
            store.says(document)

    at_once(*[lambda caller=caller: share(caller) for caller in range(CALLERS)])
    ids = [grant["asset_id"] for grant in grants]
    hints = Outbox.objects.filter(topic="process", payload__asset_id__in=ids)
    assert sorted(hint.payload["asset_id"] for hint in hints) == sorted(ids)
    for asset_id in ids:
        assert state_of(alice, asset_id) == "uploaded"
        becomes_ready(asset_id)

    at_once(*[lambda caller=caller: share(caller) for caller in range(CALLERS)])
    told = [event["data"] for event in alice.get("/events/?limit=1000").json()["items"]]
    by_asset = Counter((data["asset_id"], data["state"]) for data in told)
    steps = ("pending", "uploaded", "processing", "ready")
    assert by_asset == Counter({(asset_id, state): 1 for asset_id in ids for state in steps})
    connection.close()


def test_the_client_and_the_store_say_it_at_the_same_moment(store: Store, alice: Api) -> None:
    for _ in range(5):
        grant = prepared(alice, photo())
        assert put_direct(grant, b"\xff" * 1000).status == 200
        answers = at_once(
            lambda grant=grant: complete(alice, grant).status,
            lambda grant=grant: store.created(grant["object_key"]),
            lambda grant=grant: complete(alice, grant).status,
            lambda grant=grant: store.created(grant["object_key"]),
        )
        assert (answers[0], answers[2]) == (202, 202)
        told = [event["data"] for event in alice.get("/events/?limit=1000").json()["items"]]
        assert [data["state"] for data in told if data["asset_id"] == grant["asset_id"]] == ["pending", "uploaded"]
