"""Bytes arrive, whatever happens on the way; the server is a small one that misbehaves on demand."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from mediadock.client import (
    Client,
    FileProblem,
    Progress,
    Refused,
    RetryPolicy,
    Stopped,
    StoreRefused,
    UploadGone,
    UploadIncomplete,
)
from stack.waiting import eventually
from unit.client.small_server import SmallServer

MIB = 1024 * 1024


def make(path: Path, size: int) -> Path:
    path.write_bytes(os.urandom(size))
    return path


@pytest.mark.parametrize("size", [1, 10 * MIB - 1, 10 * MIB, 10 * MIB + 1, 13 * MIB])
def test_every_size_arrives_whole(small: SmallServer, client: Client, tmp_path, size):
    file = make(tmp_path / "a.bin", size)
    sent = client.upload([file], receiver_id=2, text="hi")
    upload = small.uploads[sent.asset_ids[0]]
    assert upload.body == file.read_bytes()
    assert bool(upload.part_size) == (size > 10 * MIB)
    assert small.bodies[1]["text"] == "hi"


def test_many_files_are_one_message_with_the_types_of_their_names(small: SmallServer, client: Client, tmp_path):
    names = ["a.HEIC", "b.m4a", "c.mov", "d.pdf", "e.whatever"]
    files = [make(tmp_path / name, 1000 + index) for index, name in enumerate(names)]
    sent = client.upload(files, receiver_id=2)
    assert [small.uploads[asset_id].body for asset_id in sent.asset_ids] == [file.read_bytes() for file in files]
    asked = next(body["attachments"] for body in small.bodies if "attachments" in body)
    assert [(each["content_type"], each["kind"]) for each in asked] == [
        ("image/heic", "image"),
        ("audio/mp4", "audio"),
        ("video/quicktime", "video"),
        ("application/pdf", "file"),
        ("application/octet-stream", "file"),
    ]
    assert small.count("POST /api/v1/files/upload/") == 1


def test_urls_come_in_pages_of_500(small: SmallServer, client: Client, tmp_path):
    small.part_size, small.direct_up_to = 1000, 10
    file = make(tmp_path / "a.bin", 1_200_500)
    sent = client.upload([file], receiver_id=2)
    assert small.uploads[sent.asset_ids[0]].body == file.read_bytes()
    pages = [body["start_part"] for body in small.bodies if "start_part" in body]
    assert sorted(pages) == [501, 1001]


def test_expired_urls_of_parts_are_asked_for_again(small: SmallServer, client: Client, tmp_path):
    file = make(tmp_path / "a.bin", 40 * MIB)
    expired = threading.Event()

    def expire(progress: Progress) -> None:
        if progress.sent_bytes > 12 * MIB and not expired.is_set():
            expired.set()
            small.url_age = 1

    sent = client.upload([file], receiver_id=2, on_progress=expire)
    assert expired.is_set()
    assert small.uploads[sent.asset_ids[0]].body == file.read_bytes()


def test_an_expired_url_of_a_direct_upload_is_asked_for_again(small: SmallServer, client: Client, tmp_path):
    file = make(tmp_path / "a.bin", 5 * MIB)
    small.fault("PUT /store/1/0", status=403, before_body=True)
    sent = client.upload([file], receiver_id=2)
    assert small.uploads[sent.asset_ids[0]].body == file.read_bytes()


def test_a_store_that_refuses_every_fresh_url_is_given_up(small: SmallServer, client: Client, tmp_path):
    small.fault("PUT /store/1/0", status=403, before_body=True, times=99)
    with pytest.raises(UploadIncomplete) as failure:
        client.upload([make(tmp_path / "a.bin", 1000)], receiver_id=2)
    assert isinstance(failure.value.failures[0][1], StoreRefused)
    assert small.count("PUT /store/1/0") == 5


def test_a_direct_put_whose_answer_was_lost_goes_on_to_complete(small: SmallServer, client: Client, tmp_path):
    small.fault("PUT /store/1/0", lose_answer=True)
    sent = client.upload([make(tmp_path / "a.bin", 1000)], receiver_id=2)
    assert small.uploads[sent.asset_ids[0]].state == "uploaded"
    assert small.count("PUT /store/1/0") == 2


@pytest.mark.parametrize(
    "how", [{"status": 503}, {"status": 500}, {"lose_answer": True}, {"cut_after": 1_000_000}], ids=str
)
def test_a_part_that_goes_wrong_twice_is_sent_a_third_time(small: SmallServer, client: Client, tmp_path, how):
    file = make(tmp_path / "a.bin", 12 * MIB)
    small.fault("PUT /store/1/2", times=2, **how)
    sent = client.upload([file], receiver_id=2)
    assert small.uploads[sent.asset_ids[0]].body == file.read_bytes()
    assert small.count("PUT /store/1/2") == 3


def test_a_store_that_falls_silent_is_left_and_asked_again(small: SmallServer, tmp_path):
    file = make(tmp_path / "a.bin", 12 * MIB)
    small.fault("PUT /store/1/2", stall_s=60)
    retry = RetryPolicy(tries=20, first_delay_s=0.01)  # a busy machine may fall silent for a second as well
    with Client(small.address, "good", retry=retry, timeout_s=1, state_folder=tmp_path / "state") as client:
        client.upload([file], receiver_id=2)
    assert small.uploads[1].body == file.read_bytes()


def test_a_second_thread_can_stop_an_upload_that_waits_for_the_store(small: SmallServer, client: Client, tmp_path):
    small.fault("PUT /store/1/0", status=503, headers={"Retry-After": "30"})
    stop = threading.Event()

    def stop_while_it_waits() -> float:
        eventually(lambda: small.count("PUT /store/1/0") == 1)
        stop.set()
        return time.monotonic()

    with ThreadPoolExecutor(1) as second:
        stopped = second.submit(stop_while_it_waits)
        with pytest.raises(Stopped):
            client.upload([make(tmp_path / "a.bin", 1000)], receiver_id=2, stop=stop)
    assert time.monotonic() - stopped.result() < 30


def test_parts_that_the_store_lost_are_sent_again(small: SmallServer, client: Client, tmp_path):
    file = make(tmp_path / "a.bin", 12 * MIB)

    def lose(progress: Progress) -> None:
        if progress.sent_bytes == progress.size_bytes and not small.requests.count("lost"):
            eventually(lambda: len(small.uploads[1].parts) == small.uploads[1].num_parts)
            small.requests.append("lost")
            small.uploads[1].parts.pop(1, None)

    client.upload([file], receiver_id=2, on_progress=lose)
    assert small.uploads[1].body == file.read_bytes()


def test_a_complete_whose_answer_was_lost_is_repeated(small: SmallServer, client: Client, tmp_path):
    small.fault("POST /api/v1/chats/upload/complete/", lose_answer=True, times=2)
    client.upload([make(tmp_path / "a.bin", 1000)], receiver_id=2)
    assert small.uploads[1].state == "uploaded"


def test_an_upload_that_was_given_up_meanwhile_says_so(small: SmallServer, client: Client, tmp_path):
    def give_up(_: Progress) -> None:
        small.uploads[1].state = "aborted"

    with pytest.raises(UploadIncomplete, match="given up meanwhile") as failure:
        client.upload([make(tmp_path / "a.bin", 40 * MIB)], receiver_id=2, on_progress=give_up)
    assert isinstance(failure.value.failures[0][1], UploadGone)


def test_one_file_that_fails_does_not_hold_the_others_back(small: SmallServer, client: Client, tmp_path):
    files = [make(tmp_path / name, 1000) for name in ("a.bin", "b.bin", "c.bin")]
    small.fault("PUT /store/2/0", status=400, times=9)
    with pytest.raises(UploadIncomplete) as failure:
        client.upload(files, receiver_id=2)
    assert [path.name for path, _ in failure.value.failures] == ["b.bin"]
    assert [small.uploads[n].state for n in (1, 2, 3)] == ["uploaded", "pending", "uploaded"]


def test_a_refused_album_sends_nothing(small: SmallServer, client: Client, tmp_path):
    small.fault("POST /api/v1/files/upload/", status=415)
    with pytest.raises(Refused):
        client.upload([make(tmp_path / "a.bin", 1), make(tmp_path / "b.bin", 2)], receiver_id=2)
    assert small.count("PUT") == 0


def test_no_more_connections_are_open_than_the_budget_says(small: SmallServer, client: Client, tmp_path):
    files = [make(tmp_path / f"{n}.bin", 12 * MIB) for n in range(3)]
    client.upload(files, receiver_id=2, parallel=2)
    assert small.connections <= 2 + 1  # and the one of the calling thread


def test_progress_adds_up_and_takes_back_what_was_in_vain(small: SmallServer, client: Client, tmp_path):
    told: list[Progress] = []
    small.fault("PUT /store/1/2", lose_answer=True)
    client.upload([make(tmp_path / "a.bin", 12 * MIB)], receiver_id=2, on_progress=told.append)
    assert max(each.sent_bytes for each in told) == told[-1].sent_bytes == 12 * MIB
    assert [each.complete for each in told].count(True) == 1
    assert told[-1].complete
    assert any(later.sent_bytes < earlier.sent_bytes for earlier, later in pairwise(told))
    assert {each.part for each in told} == {1, 2, 3, None}


def test_a_callback_that_raises_ends_the_upload_in_the_thread_of_the_caller(
    small: SmallServer, client: Client, tmp_path
):
    def broken(_: Progress) -> None:
        raise ZeroDivisionError("the caller's own")

    with pytest.raises(ZeroDivisionError):
        client.upload([make(tmp_path / "a.bin", 12 * MIB)], receiver_id=2, on_progress=broken)
    assert small.uploads[1].state == "pending"


def test_a_file_that_changes_on_the_way_is_not_completed(small: SmallServer, client: Client, tmp_path):
    file = make(tmp_path / "a.bin", 12 * MIB)

    def touch(_: Progress) -> None:
        os.utime(file, ns=(1, 1))

    with pytest.raises(UploadIncomplete) as failure:
        client.upload([file], receiver_id=2, on_progress=touch)
    assert isinstance(failure.value.failures[0][1], FileProblem)
    assert small.uploads[1].state == "pending"


@pytest.mark.parametrize("name", ["missing.bin", "."])
def test_what_is_no_file_is_refused_before_anything_is_asked(small: SmallServer, client: Client, tmp_path, name):
    with pytest.raises(FileProblem):
        client.upload([tmp_path / name], receiver_id=2)
    assert small.requests == []


def test_sha256_is_declared_in_base64(small: SmallServer, client: Client, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"hello")
    client.upload([tmp_path / "a.txt"], receiver_id=2, sha256=True)
    assert any(b.get("checksum_sha256") == "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=" for b in small.bodies)


def stop_after(sent_bytes: int, stop: threading.Event):
    def watch(progress: Progress) -> None:
        if progress.sent_bytes >= sent_bytes:
            stop.set()

    return watch


@pytest.mark.parametrize("keep_state", [True, False], ids=["same machine", "another device"])
def test_a_stopped_upload_continues_with_the_missing_parts_only(
    small: SmallServer, client: Client, tmp_path, keep_state
):
    small.part_size = 5 * MIB
    file = make(tmp_path / "a.bin", 60 * MIB)
    stop = threading.Event()
    with pytest.raises(Stopped):
        client.upload([file], receiver_id=2, parallel=2, on_progress=stop_after(25 * MIB, stop), stop=stop)
    client.close()
    small.settle()
    had = sorted(small.uploads[1].parts)
    assert had
    if not keep_state:
        for state in (tmp_path / "state").iterdir():
            state.unlink()
    sent = client.upload([file], receiver_id=2)
    assert sent.resumed
    assert small.uploads[1].body == file.read_bytes()
    assert len(small.uploads) == 1
    assert small.count("PUT /store/1/") == small.uploads[1].num_parts - len(had)
    assert list((tmp_path / "state").iterdir()) == []


@pytest.mark.parametrize("keep_state", [True, False], ids=["same machine", "another device"])
def test_another_file_of_the_same_name_and_size_is_a_new_upload(
    small: SmallServer, client: Client, tmp_path, keep_state
):
    file = make(tmp_path / "a.bin", 30 * MIB)
    stop = threading.Event()
    with pytest.raises(Stopped):
        client.upload([file], receiver_id=2, parallel=1, on_progress=stop_after(12 * MIB, stop), stop=stop)
    assert small.uploads[1].parts
    if not keep_state:
        for state in (tmp_path / "state").iterdir():
            state.unlink()
    make(file, 30 * MIB)
    sent = client.upload([file], receiver_id=2)
    assert not sent.resumed
    assert small.uploads[2].body == file.read_bytes()


def test_an_album_continues_in_its_message_and_skips_what_has_arrived(small: SmallServer, client: Client, tmp_path):
    files = [make(tmp_path / "a.bin", 1000), make(tmp_path / "b.bin", 40 * MIB), make(tmp_path / "c.bin", 2000)]
    stop = threading.Event()

    def watch(progress: Progress) -> None:
        if progress.index == 1 and progress.sent_bytes >= 15 * MIB:
            stop.set()

    with pytest.raises(Stopped):
        client.upload(files, receiver_id=2, text="three", parallel=1, on_progress=watch, stop=stop)
    client.close()
    small.settle()
    sent = client.upload(files, receiver_id=2, text="three")
    assert sent.resumed
    assert sent.asset_ids == (1, 2, 3)
    assert [small.uploads[n].body for n in (1, 2, 3)] == [file.read_bytes() for file in files]
    assert small.count("PUT /store/1/") == small.count("PUT /store/3/") == 0


@pytest.mark.parametrize("change", ["text", "files", "resume"])
def test_a_call_that_says_something_else_is_a_new_upload(small: SmallServer, client: Client, tmp_path, change):
    files = [make(tmp_path / "a.bin", 1000), make(tmp_path / "b.bin", 2000)]
    small.fault("PUT /store/2/0", status=400, times=9)
    with pytest.raises(UploadIncomplete):
        client.upload(files, receiver_id=2, text="one")
    text = "other" if change == "text" else "one"
    sent = client.upload(files[1:] if change == "files" else files, receiver_id=2, text=text, resume=change != "resume")
    assert not sent.resumed


def test_a_direct_upload_is_continued_with_a_fresh_url(small: SmallServer, client: Client, tmp_path):
    file = make(tmp_path / "a.bin", 1000)
    small.fault("PUT /store/1/0", status=400)
    with pytest.raises(UploadIncomplete):
        client.upload([file], receiver_id=2)
    small.url_age = 7
    assert client.upload([file], receiver_id=2).resumed
    assert small.uploads[1].body == file.read_bytes()
