"""Workers are killed, repeated and frozen: every asset is done once, by whoever is left."""

from __future__ import annotations

import time

import pytest
from celery import Celery

from faults.oracle import assert_done_once, assert_no_gaps, assert_published_once
from faults.pictures import quick_jpeg, slow_gif
from media.pictures import photo_like
from mediadock.local.family import descendants
from stack.breakable import BreakableServer
from stack.client import Api
from stack.sending import Upload, send, told
from stack.waiting import eventually

RECOVERY_S = 75.0


@pytest.mark.slow
def test_what_a_killed_worker_group_was_doing_is_done_by_another_within_75_seconds(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    server.start_worker("first")
    upload = dance(sender, receiver)
    upload.wait(has_thumbnail)
    began = time.monotonic()

    left = server.kill("first")
    server.start_worker("second")
    done = upload.settled(within_s=RECOVERY_S)
    print(f"measured: recovery_s = {time.monotonic() - began:.1f}")

    assert left == []
    assert (done["state"], done["attempt"]) == ("ready", 2), done["error"]
    for watcher in (sender, receiver):
        assert told(watcher)[upload.asset_id].count(("done", "done")) == 1
    assert_no_gaps(sender, receiver)
    server.manage("sweep", "--orphans", "--delete", ORPHAN_GRACE="0")
    assert_published_once(server, [upload])


def test_five_more_hints_to_two_workers_have_one_effect(server: BreakableServer, sender: Api, receiver: Api) -> None:
    uploads = [
        send(sender, receiver, photo_like(1600, 1200), name=f"{n}.jpg", content_type="image/jpeg") for n in range(4)
    ]
    with Celery(broker=server.embedded.stack.redis.url) as broker:
        for _ in range(5):
            for upload in uploads:
                broker.send_task("mediadock.process", args=[upload.asset_id, "image"], queue="image")

    server.start_worker("first")
    server.start_worker("second")
    for upload in uploads:
        upload.settled()
    time.sleep(1.0)  # for whatever the other hints might still do

    assert_done_once(uploads, sender, receiver)
    assert_published_once(server, uploads)


@pytest.mark.slow
def test_a_worker_that_is_asked_to_stop_finishes_what_it_has_in_hand(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    server.start_worker("first")
    uploads = [dance(sender, receiver) for _ in range(2)]
    uploads[0].wait(has_thumbnail)
    server.stop("first")
    server.start_worker("second")
    for upload in uploads:
        upload.settled()
    assert_done_once(uploads, sender, receiver)


@pytest.mark.slow
def test_a_worker_that_was_frozen_beyond_its_lease_publishes_nothing(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    server.start_worker("frozen", LEASE="3")
    upload = dance(sender, receiver)
    upload.wait(has_thumbnail)
    server.freeze("frozen")
    server.start_worker("second", LEASE="3")
    done = upload.settled()
    server.stop("second")
    before = told(receiver)

    server.thaw("frozen")
    wait_until_idle(server, "frozen")

    assert (done["state"], done["attempt"]) == ("ready", 2)
    assert upload.asset()["variants"].keys() == done["variants"].keys()
    assert upload.asset()["updated_at"] == done["updated_at"]
    assert told(receiver) == before
    assert_published_once(server, [upload])
    after = send(sender, receiver, quick_jpeg(), name="after.jpg", content_type="image/jpeg")
    assert after.settled()["state"] == "ready"


def dance(sender: Api, receiver: Api) -> Upload:
    """A picture whose thumbnails come at once and whose end takes seconds."""
    return send(sender, receiver, slow_gif(), name="dance.gif", content_type="image/gif")


def has_thumbnail(asset: dict[str, object]) -> bool:
    return asset["stage"] == "thumbnail_ready"


def wait_until_idle(server: BreakableServer, worker: str) -> None:
    """Until the worker has no child but its two pool processes and their zygotes."""
    eventually(lambda: len(descendants(server.supervisor.pid(worker))) == 4, within_s=30.0)
    time.sleep(1.0)  # for what it has still to say to the database and the store
