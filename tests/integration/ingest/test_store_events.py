"""What a notification may do: complete the one upload whose object is there, and nothing else whatever it says."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.db import connection

from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.sweep import sweep
from mediadock.uploads.store import object_store
from stack import notifications
from stack.client import Api, call
from stack.embedded import IN_PROCESS_BUCKET
from stack.events import Store
from stack.notifications import ENVELOPES, Document
from stack.problems import refused
from stack.uploads import FILM_BYTES, film, photo, prepare, put_all_parts, put_direct, stages, state_of, uploaded_photo
from stack.web import QuietWeb


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_every_envelope_completes_the_upload_that_it_names(store: Store, alice: Api, envelope: str) -> None:
    grant = uploaded_photo(alice)
    document = ENVELOPES[envelope](grant["object_key"], bucket=IN_PROCESS_BUCKET)
    assert store.says(document) == 1
    assert state_of(alice, grant["asset_id"]) == "uploaded"
    assert store.says(document) == 0
    assert stages(alice) == ["uploading", "processing"]


def test_an_object_that_was_moved_to_where_it_belongs_is_there(store: Store, alice: Api) -> None:
    grant = uploaded_photo(alice)
    document = notifications.seaweedfs(grant["object_key"], bucket=IN_PROCESS_BUCKET, event_type="rename")
    document["key"] = f"/buckets/{IN_PROCESS_BUCKET}/elsewhere/a.jpg"
    assert store.says(document) == 1


def about(key: str) -> dict[str, Document]:
    """Notifications that name an object which is there, and say nothing about its having come."""
    here = {"bucket": IN_PROCESS_BUCKET}
    elsewhere = notifications.seaweedfs("elsewhere/a.jpg", **here)["message"]
    subscription = {"Type": "SubscriptionConfirmation", "Token": "t", "SubscribeURL": "http://127.0.0.1:9/subscribe"}
    return {
        "SeaweedFS: deleted": {
            "event_type": "delete",
            "key": f"/buckets/{IN_PROCESS_BUCKET}/{key}",
            "message": {"old_entry": {"name": "a.jpg"}, "delete_chunks": True},
        },
        "SeaweedFS: moved away": notifications.seaweedfs(key, event_type="rename", **here) | {"message": elsewhere},
        "SeaweedFS: a folder": notifications.seaweedfs(key, is_directory=True, **here),
        "SeaweedFS: another bucket": notifications.seaweedfs(key, bucket="other"),
        "SeaweedFS: a bucket in the bucket": notifications.seaweedfs(key, bucket=f"x/buckets/{IN_PROCESS_BUCKET}"),
        "S3: removed": notifications.s3(key, event="ObjectRemoved:Delete", **here),
        "S3: another bucket": notifications.s3(key, bucket="other"),
        "S3: the test event": {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": IN_PROCESS_BUCKET},
        "EventBridge: deleted": notifications.eventbridge(key, happened="Object Deleted", **here),
        "EventBridge: a tag": notifications.eventbridge(key, happened="Object Tags Added", **here),
        "SNS: a subscription": subscription | {"Message": "You have chosen to subscribe to the topic."},
        "SNS: a subscription that names it": notifications.sns(key, **here) | subscription,
        "SNS: a goodbye": notifications.sns(key, **here) | {"Type": "UnsubscribeConfirmation"},
        "a folder of that name": notifications.s3(f"{key}/", **here),
        "a longer name": notifications.s3(f"{key}.jpg", **here),
        "encoded twice": notifications.s3(key.replace("/", "%2F"), **here),
        "another case": notifications.s3(key.upper(), **here),
    }


def test_what_says_anything_else_of_it_changes_nothing(store: Store, alice: Api) -> None:
    grant = uploaded_photo(alice)
    for name, document in about(grant["object_key"]).items():
        assert store.says(document) == 0, name
        assert store.says([document]) == 0, name
    assert state_of(alice, grant["asset_id"]) == "pending"
    assert store.created(grant["object_key"]) == 1


def test_without_the_secret_nobody_is_believed(store: Store, alice: Api, web: QuietWeb) -> None:
    grant = uploaded_photo(alice)
    document = notifications.s3(grant["object_key"], bucket=IN_PROCESS_BUCKET)
    basic = base64.b64encode(f"store:{store.secret}".encode()).decode()
    for forged in (
        "", "Bearer", "Bearer ", "Bearer wrong", f"Bearer {store.secret[:-1]}", f"Bearer {store.secret}x",
        f"Bearer {store.secret.swapcase()}", f"Bearer Bearer {store.secret}", f"Basic {basic}", f"Basic {store.secret}",
        f"Token {store.secret}", store.secret, f"Bearer {alice.token}", "Bearer \xe9", "Bearer " + "x" * 4000,
    ):  # fmt: skip
        answer = store.asked(document, {"Authorization": forged} if forged else {})
        assert answer.status == 401, forged
        assert store.secret not in answer.body.decode()
    refused(store.asked(document, {"X-Api-Key": store.secret}), 401, "store_secret_wrong")
    refused(web.anonymous().send("POST", f"/storage/events?token={store.secret}", json=document), 401)
    assert state_of(alice, grant["asset_id"]) == "pending"
    assert store.asked(document, {"Authorization": f"bearer {store.secret}"}).json() == {"completed": 1}


def test_the_secret_is_looked_at_before_the_body(store: Store) -> None:
    answer = call("POST", store.api.base_url + "/storage/events", body=b"{", headers={"Authorization": "Bearer x"})
    refused(answer, 401, "store_secret_wrong")


KEYS_OF_NOBODY = (
    "", "/", "incoming", "incoming/", "incoming/unknown", "incoming/../incoming/x", "../../etc/passwd", "incoming/a\0b",
    "incoming/\x1f", "incoming/\u202egpj.exe", "incoming/ü.jpg", "incoming/\ud800", "incoming/" + "x" * 1015,
    "incoming/" + "x" * 100_000, "media/1/1-x/96.webp", "originals/1/1-x/a.jpg", "incoming/%", "incoming/%zz",
    "incoming/{asset}", "incoming/' OR 1=1 --", "incoming/generated/", "incoming/generated/../../x/1_0.png",
)  # fmt: skip


def test_keys_that_are_nobodys_are_nothing(store: Store) -> None:
    for key in KEYS_OF_NOBODY:
        assert store.says({"Records": [notifications.record("x", bucket=IN_PROCESS_BUCKET)]}) == 0
        for envelope in (notifications.seaweedfs, notifications.eventbridge):
            assert store.says(envelope(key, bucket=IN_PROCESS_BUCKET)) == 0, key
        raw: Any = notifications.s3("x", bucket=IN_PROCESS_BUCKET)
        raw["Records"][0]["s3"]["object"]["key"] = key
        assert store.says(raw) == 0, key


def test_an_event_for_somebody_elses_upload_neither_hurries_nor_hurts_it(store: Store, alice: Api, bob: Api) -> None:
    mine, his = uploaded_photo(alice), prepare(bob, photo())
    assert store.created(his["object_key"], mine["object_key"]) == 1
    assert (state_of(alice, mine["asset_id"]), state_of(bob, his["asset_id"])) == ("uploaded", "pending")
    assert put_direct(his, b"\xff" * 1000).status == 200
    assert store.created(mine["object_key"], his["object_key"]) == 1


def test_an_event_that_comes_before_its_object_is_forgotten(store: Store, alice: Api) -> None:
    grant = prepare(alice, photo())
    assert store.created(grant["object_key"]) == 0
    assert put_direct(grant, b"\xff" * 1000).status == 200
    assert state_of(alice, grant["asset_id"]) == "pending"
    assert store.created(grant["object_key"]) == 1


@pytest.mark.parametrize("size", [0, 999, 1001])
def test_an_object_of_another_size_is_not_the_upload(store: Store, alice: Api, size: int) -> None:
    grant = prepare(alice, photo())
    object_store().put(grant["object_key"], b"\xff" * size, content_type="image/jpeg", size_bytes=size)
    assert store.created(grant["object_key"]) == 0
    assert state_of(alice, grant["asset_id"]) == "pending"


def test_parts_are_assembled_by_a_hint_only_when_all_are_there(store: Store, alice: Api) -> None:
    grant = prepare(alice, film(FILM_BYTES))
    assert store.created(grant["object_key"]) == 0
    put_all_parts(grant | {"num_parts": 1}, FILM_BYTES)
    assert store.created(grant["object_key"]) == 0
    assert state_of(alice, grant["asset_id"]) == "pending"
    put_all_parts(grant, FILM_BYTES)
    assert store.created(grant["object_key"]) == 1
    assert state_of(alice, grant["asset_id"]) == "uploaded"


def test_an_upload_that_was_given_up_stays_given_up(store: Store, alice: Api) -> None:
    grant = uploaded_photo(alice)
    assert alice.post("/chats/upload/abort/", object_key=grant["object_key"]).status == 200
    assert store.created(grant["object_key"]) == 0
    assert state_of(alice, grant["asset_id"]) == "aborted"


def test_a_notification_of_thousands_is_read_once_and_asks_the_store_for_what_is_known_alone(
    store: Store, alice: Api
) -> None:
    grant = uploaded_photo(alice)
    strangers = [f"incoming/chat/user_1/{number}/a.jpg" for number in range(8000)]
    assert store.created(*strangers[:500], grant["object_key"], *strangers[500:]) == 1
    late = uploaded_photo(alice)
    assert store.created(*strangers, late["object_key"]) == 0, "a notification is about a thousand objects at most"
    MediaAsset.objects.filter(pk=late["asset_id"]).update(expires_at="2000-01-01T00:00:00Z")
    sweep()
    assert state_of(alice, late["asset_id"]) == "uploaded"
    connection.close()


def test_a_notification_longer_than_any_is_refused(store: Store) -> None:
    body = json.dumps({"Records": [], "filler": "x" * 5_000_000}).encode()
    headers = {"Authorization": f"Bearer {store.secret}", "Content-Type": "application/json"}
    refused(call("POST", store.api.base_url + "/storage/events", body=body, headers=headers), 413, "body_too_large")
