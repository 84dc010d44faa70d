"""A host project that mounts the media service and no chat: the Python client sends, goes on and gives up there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from docs.host_project import Host, run_media_host
from integration.client.samples import MIB, make_film, make_picture
from mediadock.client import Client, NotThere, Progress, Stopped
from stack.client import Api
from stack.embedded import Embedded
from stack.problems import refused


@dataclass(frozen=True)
class Sender:
    """Somebody of the host's."""

    client: Client
    api: Api

    def stops_in_the_middle(self, film: Path) -> set[int]:
        """Begins to send a film of 32 MiB and stops after half of it; gives the parts that the store has then."""
        stop = threading.Event()

        def stop_late(progress: Progress) -> None:
            if progress.sent_bytes >= 16 * MIB:
                stop.set()

        with pytest.raises(Stopped):
            self.client.upload_media([film], parallel=1, on_progress=stop_late, stop=stop)
        [begun] = self.client.unfinished()
        told = self.api.get(f"/media/{begun.asset_id}/parts").json()
        stored = {part["partNumber"] for part in told["parts"]}
        assert stored
        assert stored.isdisjoint(told["missing"])
        assert len(stored) + len(told["missing"]) == told["totalParts"]
        return stored


@pytest.fixture(scope="module")
def host(stack: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Its pages; no worker, since nothing here is about pictures."""
    with run_media_host(stack, folder=tmp_path_factory.mktemp("host"), database="host_without_chat") as host:
        yield host


@pytest.fixture
def sender(host: Host, tmp_path: Path) -> Iterator[Sender]:
    user_id, token = host.make_person()
    with Client(host.url, token, state_folder=tmp_path / "state") as client:
        yield Sender(client, Api(f"{host.url}/api/v1", token=token, user_id=user_id))


def test_the_chat_is_not_there(sender: Sender, tmp_path: Path):
    with pytest.raises(NotThere):
        sender.client.upload([make_picture(tmp_path / "a.jpg")], receiver_id=sender.api.user_id or 0)


def test_small_and_large_files_arrive(sender: Sender, tmp_path: Path):
    files = [make_picture(tmp_path / "a.jpg"), make_film(tmp_path / "b.mp4", 6 * MIB)]
    arrived = sender.client.upload_media(files, sha256=True)
    items = {item["mediaId"]: item for item in sender.api.get("/media").json()["items"]}
    shown = [items[asset_id] for asset_id in arrived.asset_ids]
    assert [(item["mediaType"], item["status"]) for item in shown] == [
        ("post-image", "UPLOADED"),
        ("post-video", "UPLOADED"),
    ]
    assert sender.client.complete(arrived.asset_ids[1]) == "processing"


def test_an_upload_that_was_interrupted_goes_on_and_sends_no_part_again(sender: Sender, tmp_path: Path):
    film = make_film(tmp_path / "a.mp4", 32 * MIB)
    stored = sender.stops_in_the_middle(film)
    told: list[Progress] = []
    arrived = sender.client.upload_media([film], on_progress=told.append)
    assert arrived.resumed
    assert stored.isdisjoint(progress.part for progress in told)
    assert {progress.part for progress in told if progress.part is not None}
    assert sender.client.status(arrived.asset_ids[0]).state == "uploaded"
    assert list(sender.client.unfinished()) == []


def test_another_device_goes_on_by_the_sums_of_the_stored_parts(host: Host, sender: Sender, tmp_path: Path):
    film = make_film(tmp_path / "a.mp4", 32 * MIB)
    stored = sender.stops_in_the_middle(film)
    told: list[Progress] = []
    with Client(host.url, sender.api.token, state_folder=tmp_path / "elsewhere") as elsewhere:
        assert elsewhere.upload_media([film], on_progress=told.append).resumed
    assert stored.isdisjoint(progress.part for progress in told)


def test_an_upload_is_given_up(sender: Sender, tmp_path: Path):
    sender.stops_in_the_middle(make_film(tmp_path / "a.mp4", 32 * MIB))
    [begun] = sender.client.unfinished()
    sender.client.abort(begun.asset_id)
    assert sender.client.status(begun.asset_id).state == "aborted"
    assert list(sender.client.unfinished()) == []
    refused(sender.api.get(f"/media/{begun.asset_id}/parts"), 409, "upload_not_pending")
