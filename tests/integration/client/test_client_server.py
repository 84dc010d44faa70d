"""The Python client against the whole running server."""

from __future__ import annotations

import hashlib
import threading
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from integration.client.samples import MIB, Person, make_archive, make_picture
from mediadock.client import (
    Client,
    NotLoggedIn,
    NotThere,
    Progress,
    Refused,
    RetryPolicy,
    Stopped,
    Tokens,
    UploadIncomplete,
    WrongState,
)
from mediadock.client.account import Account
from mediadock.client.connections import Connections
from mediadock.client.doors import ChatDoors
from stack.client import call
from stack.server import RunningServer


def settle(client: Client, *asset_ids: int):
    return {asset.asset_id: asset for asset in client.follow(asset_ids)}


def kept_bytes(client: Client, asset_id: int) -> bytes:
    answer = call("GET", client.status(asset_id).variants["original"].url)
    assert answer.status == 200
    return answer.body


@pytest.mark.parametrize("size", [100, 10 * MIB - 500, 10 * MIB + 500, 33 * MIB])
def test_a_file_of_any_size_arrives_byte_for_byte(client: Client, receiver: Person, tmp_path, size):
    file = make_archive(tmp_path / "a.zip", size)
    sent = client.upload([file], receiver_id=receiver.user_id, sha256=True)
    asset = settle(client, *sent.asset_ids)[sent.asset_ids[0]]
    assert (asset.stage, asset.failure) == ("done", None)
    assert hashlib.sha256(kept_bytes(client, asset.asset_id)).digest() == hashlib.sha256(file.read_bytes()).digest()


def test_several_files_are_one_message_in_their_order(client: Client, receiver: Person, tmp_path):
    files = [
        make_archive(tmp_path / "big.zip", 12 * MIB),
        make_picture(tmp_path / "a.jpg"),
        make_picture(tmp_path / "b.jpg"),
    ]
    sent = client.upload(files, receiver_id=receiver.user_id, text="three", sha256=True)
    settle(client, *sent.asset_ids)
    message = next(client.messages(receiver.user_id))
    assert (message.message_id, message.text, message.status) == (sent.message_id, "three", "sent")
    assert [asset.file_name for asset in message.attachments] == ["big.zip", "a.jpg", "b.jpg"]
    assert all(asset.media_url for asset in message.attachments)


def test_following_shows_the_preview_before_the_end(client: Client, receiver: Person, tmp_path):
    sent = client.upload([make_picture(tmp_path / "a.jpg")], receiver_id=receiver.user_id)
    last = list(client.follow(sent.asset_ids))[-1]
    assert (last.stage, last.width, last.height) == ("done", 300, 200)
    assert {"96", "240", "2048"} <= set(last.variants)


@pytest.mark.parametrize("keep_state", [True, False], ids=["same machine", "another device"])
def test_a_stopped_upload_sends_only_what_is_missing(client: Client, receiver: Person, tmp_path, keep_state):
    file = make_archive(tmp_path / "a.zip", 60 * MIB)
    stop = threading.Event()

    def stop_late(progress: Progress) -> None:
        if progress.sent_bytes >= 30 * MIB:
            stop.set()

    size = {"part_size_bytes": 5 * MIB, "parallel": 2}
    with pytest.raises(Stopped):
        client.upload([file], receiver_id=receiver.user_id, on_progress=stop_late, stop=stop, **size)
    if not keep_state:
        for state in (tmp_path / "state").iterdir():
            state.unlink()
    told: list[Progress] = []
    sent = client.upload([file], receiver_id=receiver.user_id, on_progress=told.append)
    assert sent.resumed
    assert told[0].sent_bytes >= 20 * MIB
    assert len({progress.part for progress in told if progress.part}) == 13 - told[0].sent_bytes // (5 * MIB)
    assert settle(client, *sent.asset_ids)[sent.asset_ids[0]].stage == "done"
    assert kept_bytes(client, sent.asset_ids[0]) == file.read_bytes()


def test_an_album_is_continued_in_its_message(client: Client, receiver: Person, tmp_path):
    files = [make_archive(tmp_path / "a.zip", 1000), make_archive(tmp_path / "b.zip", 20 * MIB)]
    stop = threading.Event()

    def stop_at_second(progress: Progress) -> None:
        if progress.index == 1 and progress.sent_bytes > 6 * MIB:
            stop.set()

    with pytest.raises(Stopped):
        client.upload(files, receiver_id=receiver.user_id, on_progress=stop_at_second, stop=stop, parallel=1)
    sent = client.upload(files, receiver_id=receiver.user_id)
    assert sent.resumed
    assert [message.message_id for message in client.messages(receiver.user_id)] == [sent.message_id]
    assert {asset.stage for asset in settle(client, *sent.asset_ids).values()} == {"done"}


def test_a_small_unfinished_upload_is_continued_too(client: Client, receiver: Person, tmp_path):
    file = make_archive(tmp_path / "a.zip", 1000)
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        client.upload([file], receiver_id=receiver.user_id, stop=stop)
    assert [upload.file_name for upload in client.unfinished()] == ["a.zip"]
    assert client.upload([file], receiver_id=receiver.user_id).resumed
    assert list(client.unfinished()) == []


def test_the_url_of_part_501_is_on_the_second_page_and_works(
    running_server: RunningServer, client: Client, sender: Person, receiver: Person, tmp_path: Path
):
    file = tmp_path / "sparse.zip"
    with file.open("wb") as opened:
        opened.truncate(501 * 5 * MIB)
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        client.upload([file], receiver_id=receiver.user_id, part_size_bytes=5 * MIB, stop=stop)
    asset_id = next(client.unfinished()).asset_id
    with closing(Connections()) as connections:
        tokens, policy = Tokens(sender.token), RetryPolicy()
        account = Account(running_server.url, tokens=tokens, connections=connections, policy=policy)
        urls = ChatDoors(account).part_urls(asset_id, start_part=501, batch_count=1)
    assert list(urls) == [501]
    assert call("PUT", urls[501], body=bytes(5 * MIB)).status == 200
    client.abort(asset_id)


def test_an_aborted_upload_is_gone_from_the_list(client: Client, receiver: Person, tmp_path):
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        client.upload([make_archive(tmp_path / "a.zip", 12 * MIB)], receiver_id=receiver.user_id, stop=stop)
    asset_id = next(client.unfinished()).asset_id
    client.abort(asset_id)
    assert list(client.unfinished()) == []
    assert client.status(asset_id).state == "aborted"


def test_a_refused_file_says_what_the_server_says_and_sends_nothing(client: Client, receiver: Person, tmp_path):
    (tmp_path / "a.exe").write_bytes(b"MZ")
    with pytest.raises(Refused) as failure:
        client.upload([make_picture(tmp_path / "a.jpg"), tmp_path / "a.exe"], receiver_id=receiver.user_id)
    assert (failure.value.status, failure.value.code) == (415, "type_not_allowed")
    assert "a.exe" in failure.value.detail
    assert list(client.unfinished()) == []


def test_bytes_that_lie_end_with_a_reason(client: Client, receiver: Person, tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"#!/bin/sh\nexit 0\n")
    sent = client.upload([tmp_path / "a.jpg"], receiver_id=receiver.user_id)
    asset = settle(client, *sent.asset_ids)[sent.asset_ids[0]]
    assert asset.state == "rejected"
    assert asset.failure
    assert not asset.failure.retryable


def test_what_is_wrong_to_ask_is_an_error_of_its_own_kind(client: Client, receiver: Person, tmp_path):
    sent = client.upload([make_picture(tmp_path / "a.jpg")], receiver_id=receiver.user_id)
    settle(client, *sent.asset_ids)
    with pytest.raises(WrongState):
        client.retry(sent.asset_ids[0])
    client.delete(sent.asset_ids[0])
    with pytest.raises(NotThere):
        client.status(sent.asset_ids[0])


def test_a_wrong_password_is_said(running_server: RunningServer, tmp_path: Path):
    with Client(running_server.url, state_folder=tmp_path) as client, pytest.raises(NotLoggedIn):
        client.login("alice", "something else")


def test_tokens_are_renewed_when_they_have_run_out(running_server: RunningServer, tmp_path: Path):
    tokens = []
    with Client(running_server.url, on_tokens=tokens.append, state_folder=tmp_path) as client:
        alice = client.login("alice", "alice")
    spoilt = tokens[0].access[:-8] + "AAAAAAAA"
    with Client(
        running_server.url, spoilt, refresh_token=tokens[0].refresh, on_tokens=tokens.append, state_folder=tmp_path
    ) as client:
        assert client.me() == alice
    assert len(tokens) == 2


def test_each_event_comes_once_whether_polled_replayed_or_live(client: Client, receiver: Person, tmp_path):
    before = client.latest_seq()
    first = client.upload([make_picture(tmp_path / "a.jpg")], receiver_id=receiver.user_id)
    settle(client, *first.asset_ids)
    watched = []
    stop = threading.Event()

    def watch() -> None:
        for event in client.watch(after=before, stop=stop):
            watched.append(event)
            if event.integer("asset_id") != first.asset_ids[0] and event.text("stage") == "done":
                return

    thread = threading.Thread(target=watch)
    thread.start()
    second = client.upload([make_picture(tmp_path / "b.jpg")], receiver_id=receiver.user_id)
    settle(client, *second.asset_ids)
    thread.join(20)
    stop.set()
    thread.join()
    seqs = [event.seq for event in watched if event.seq is not None]
    assert seqs == list(range(before + 1, before + 1 + len(seqs)))
    polled = [event.seq for event in client.events(after=before)]
    assert polled[: len(seqs)] == seqs


def test_the_receiver_hears_of_it_and_may_look(
    running_server: RunningServer, client: Client, receiver: Person, tmp_path: Path
):
    sent = client.upload([make_picture(tmp_path / "a.jpg")], receiver_id=receiver.user_id)
    settle(client, *sent.asset_ids)
    with Client(running_server.url, receiver.token, state_folder=tmp_path / "other") as other:
        stages = [event.text("stage") for event in other.events()]
        assert stages[0] == "uploading"
        assert stages[-1] == "done"
        asset = other.status(sent.asset_ids[0])
        assert asset.media_url
        assert "original" not in asset.variants
        assert urlsplit(asset.media_url).scheme == "http"


def test_a_truncated_file_is_not_completed(client: Client, receiver: Person, tmp_path):
    file = make_archive(tmp_path / "a.zip", 40 * MIB)

    def cut(progress: Progress) -> None:
        if progress.sent_bytes > MIB:
            with file.open("r+b") as opened:
                opened.truncate(2 * MIB)

    with pytest.raises(UploadIncomplete, match=r"became shorter|changed"):
        client.upload([file], receiver_id=receiver.user_id, on_progress=cut)
    assert next(client.unfinished()).file_name == "a.zip"
