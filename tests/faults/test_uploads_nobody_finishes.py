"""Clients vanish, before or after their bytes; nothing of it has to be cleaned up by hand."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from faults.oracle import assert_ledger_settled, assert_no_gaps
from faults.pictures import quick_jpeg
from stack.breakable import BreakableServer
from stack.client import Api, call
from stack.sending import Upload, prepare
from stack.waiting import eventually

LONG_TEXT = b"All work and no play makes Jack a dull boy.\n" * 256 * 1024  # 11 MiB: three parts
TTL_S = 1


@pytest.fixture(scope="module", autouse=True)
def clients_have_a_second(server: BreakableServer) -> Iterator[None]:
    """The web process gives an upload one second."""
    server.stop("web")
    server.start("web", PENDING_TTL=str(TTL_S))
    yield
    server.stop("web")
    server.start("web")


def test_what_never_arrived_expires_and_gives_everything_back(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    uploads = [picture(sender, receiver), novel(sender, receiver), novel(sender, receiver)]
    assert call("PUT", uploads[2].grant["batch"]["items"][0]["url"], body=first_part(uploads[2])).status == 200

    sweep_overdue(server)

    for upload in uploads:
        assert (upload.asset()["state"], upload.asset()["stage"]) == ("expired", "failed")
        late = upload.complete()
        assert (late.status, late.json()["code"]) == (409, "upload_expired")
    assert_ledger_settled(server, sender, used_bytes=0)
    assert_no_gaps(sender, receiver)
    assert not list(server.store.list_multipart_uploads("incoming/"))


def test_what_arrived_before_its_client_vanished_is_adopted(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    direct, multipart = picture(sender, receiver), novel(sender, receiver)
    direct.put(quick_jpeg())
    multipart.put(LONG_TEXT)

    sweep_overdue(server)

    server.start_worker("first")
    assert [upload.settled()["state"] for upload in (direct, multipart)] == ["ready", "ready"]
    assert_ledger_settled(server, sender, used_bytes=len(quick_jpeg()) + len(LONG_TEXT))


def test_a_message_is_sent_as_text_when_all_its_files_expired(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    with_text = picture(sender, receiver, text="Look at this!")
    without_text = picture(sender, receiver)
    early = receiver.post(f"/chats/messages/{with_text.grant['message_id']}/seen/")
    assert early.status == 409

    sweep_overdue(server)

    shown = receiver.get(f"/chats/{sender.user_id}/messages/").json()["items"]
    statuses = {message["message_id"]: message["status"] for message in shown}
    assert statuses[with_text.grant["message_id"]] == "sent"
    assert statuses[without_text.grant["message_id"]] == "pending"
    assert receiver.post(f"/chats/messages/{with_text.grant['message_id']}/seen/").status == 200


def test_bytes_that_come_after_the_end_are_orphans_that_tidying_lists_and_then_removes(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    upload = picture(sender, receiver)
    sweep_overdue(server)
    late = upload.put_direct(quick_jpeg())
    assert late.status == 200, "the address is good for a quarter of an hour"
    assert upload.asset()["state"] == "expired"
    stray_keys = {upload.object_key, "incoming/nobody/a.jpg", "media/999999999/1-x/96.webp", "originals/999999999/a"}
    for key in stray_keys - {upload.object_key}:
        server.store.put(key, b"stray", content_type="text/plain", size_bytes=5)
    server.store.create_multipart("incoming/nobody/b.mp4", content_type="video/mp4")
    ours = f"object {upload.object_key}"
    strays = {f"object {key}" for key in stray_keys} | {"multipart incoming/nobody/b.mp4"}

    assert not strays & tidy(server, "--strangers", ORPHAN_GRACE="3600")
    assert strays & tidy(server, ORPHAN_GRACE="0") == {ours}, "what this database never knew is not its to judge"
    assert strays <= tidy(server, "--strangers", ORPHAN_GRACE="0")
    assert upload.object_key in server.keys("incoming/")

    assert strays <= tidy(server, "--strangers", "--delete", ORPHAN_GRACE="0")
    assert not stray_keys & {*server.keys("incoming/"), *server.keys("media/"), *server.keys("originals/")}
    assert not list(server.store.list_multipart_uploads("incoming/nobody/"))
    assert not strays & tidy(server, "--strangers", ORPHAN_GRACE="0")


def test_workers_that_hang_with_their_hands_full_delay_no_sweep(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    server.start("worker")
    server.freeze("worker")
    try:
        server.start("sweeper")
        upload = picture(sender, receiver)
        assert upload.settled(within_s=90.0)["state"] == "expired"
    finally:
        server.thaw("worker")
        server.stop("worker", "sweeper")


def test_the_sweeper_carries_what_no_relay_does(server: BreakableServer, sender: Api, receiver: Api) -> None:
    server.stop("relay")
    try:
        upload = novel(sender, receiver)
        assert call("PUT", upload.grant["batch"]["items"][0]["url"], body=first_part(upload)).status == 200
        time.sleep(TTL_S + 0.1)
        assert json.loads(server.manage("sweep", "--json"))["swept"]["expired"] >= 1
        assert open_parts(server, upload), "the discard waits for a relay"
        passed = "UPDATE mediadock_outbox SET available_at = now() - interval '1 minute' WHERE topic = 'discard'"
        server.ask_database(f"WITH passed AS ({passed} RETURNING 1) SELECT count(*) FROM passed")
        assert json.loads(server.manage("sweep", "--json"))["swept"]["carried"] >= 1
        assert not open_parts(server, upload)
    finally:
        server.start("relay")


def open_parts(server: BreakableServer, upload: Upload) -> bool:
    """Whether the store still keeps parts for this upload."""
    return upload.object_key in {found.key for found in server.store.list_multipart_uploads("incoming/")}


def picture(sender: Api, receiver: Api, **fields: str) -> Upload:
    """A direct upload."""
    return prepare(sender, receiver, quick_jpeg(), name="a.jpg", content_type="image/jpeg", **fields)


def novel(sender: Api, receiver: Api) -> Upload:
    """An upload in three parts."""
    return prepare(sender, receiver, LONG_TEXT, name="novel.txt", content_type="text/plain")


def first_part(upload: Upload) -> bytes:
    return LONG_TEXT[: upload.grant["part_size"]]


def sweep_overdue(server: BreakableServer) -> None:
    """One round of the sweeper, once the second is over, and of the relay behind it."""
    time.sleep(TTL_S + 0.1)
    server.manage("sweep")
    eventually(lambda: server.ask_database("SELECT count(*) FROM mediadock_outbox WHERE topic = 'discard'") == (0,))


def tidy(server: BreakableServer, *options: str, **settings: str) -> set[str]:
    """The lines that the sweeper prints of orphans."""
    return set(server.manage("sweep", "--orphans", *options, **settings).splitlines())
