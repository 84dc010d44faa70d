"""Files that are begun one by one, while the server lets one user have only so many unfinished."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediadock.client import RetryPolicy, ServerBusy, Tokens, UploadIncomplete, server
from mediadock.client.account import Account
from mediadock.client.connections import Connections
from mediadock.client.doors import ChatDoors
from mediadock.client.fingerprints import FingerprintStore
from mediadock.client.local_file import LocalFile
from mediadock.client.one_by_one import OneByOne
from mediadock.client.sessions import UploadSession
from mediadock.client.transfer import Route
from unit.client.small_server import SmallServer

QUICK = RetryPolicy(first_delay_s=0.01, longest_delay_s=0.02)


@pytest.fixture
def sender(small: SmallServer, tmp_path: Path) -> Iterator[OneByOne]:
    connections = Connections()
    account = Account(small.address, tokens=Tokens("good"), connections=connections, policy=QUICK)
    route = Route(account, ChatDoors(account), connections, QUICK, threading.Event())
    yield OneByOne(route, FingerprintStore(small.address, tmp_path / "state"))
    connections.close()


class Places:
    """Begins an upload each, as long as fewer than ``most`` of all are unfinished."""

    def __init__(self, small: SmallServer, sender: OneByOne, most: int) -> None:
        self._small, self._account, self._most = small, sender.route.account, most

    def begin(self, _index: int, file: LocalFile) -> tuple[int, UploadSession]:
        if sum(upload.state == "pending" for upload in self._small.uploads.values()) >= self._most:
            raise ServerBusy("too_many_pending", "Finish some of them first.", status=429, retry_after_s=60)
        declared = server.DeclaredFile(file.path.name, file.size_bytes, file.content_type, "file", 5 * 1024 * 1024)
        [session] = server.prepare(self._account, receiver_id=2, text="", files=[declared]).sessions
        return session.asset_id, session


def files(folder: Path, count: int) -> list[Path]:
    made = [folder / f"{number}.txt" for number in range(count)]
    for file in made:
        file.write_bytes(file.name.encode())
    return made


def test_those_that_are_begun_make_room_for_those_for_which_there_was_none(
    small: SmallServer, sender: OneByOne, tmp_path: Path
):
    arrived = sender.send(files(tmp_path, 5), Places(small, sender, 2).begin)
    assert [small.uploads[asset_id].body for asset_id in arrived.asset_ids] == [b"%d.txt" % n for n in range(5)]


def test_a_file_that_is_gone_when_its_turn_comes_is_not_begun_and_holds_no_other_back(
    small: SmallServer, sender: OneByOne, tmp_path: Path
):
    places, [first, second, third] = Places(small, sender, 9), files(tmp_path, 3)

    def begin(index: int, file: LocalFile) -> tuple[int, UploadSession]:
        second.unlink(missing_ok=True)
        return places.begin(index, file)

    with pytest.raises(UploadIncomplete) as incomplete:
        sender.send([first, second, third], begin)
    [(path, why)] = incomplete.value.failures
    assert (path, why.code) == (second, "file_unreadable")
    assert [(upload.name, upload.state) for upload in small.uploads.values()] == [
        (first.name, "uploaded"),
        (third.name, "uploaded"),
    ]


def test_where_there_is_no_room_at_all_the_server_s_word_is_passed_on(
    small: SmallServer, sender: OneByOne, tmp_path: Path
):
    with pytest.raises(ServerBusy) as busy:
        sender.send(files(tmp_path, 2), Places(small, sender, 0).begin)
    assert busy.value.code == "too_many_pending"
