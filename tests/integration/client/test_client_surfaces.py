"""The Python client's ways into albums, avatars, posts and generated images, against the whole running server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from integration.client.samples import MIB, Person, make_archive, make_film, make_picture, service_token
from mediadock.client import (
    Asset,
    Client,
    ClientError,
    FileProblem,
    NotThere,
    Progress,
    Refused,
    Stopped,
    UploadIncomplete,
)
from stack.client import Api
from stack.server import RunningServer


@pytest.fixture
def api(running_server: RunningServer, sender: Person) -> Api:
    """The server as the sender sees it without the client."""
    return Api(running_server.url + "/api/v1", token=sender.token)


@pytest.fixture
def service(running_server: RunningServer, sender: Person, tmp_path: Path) -> Iterator[Client]:
    """A service that acts for the sender."""
    token = service_token(running_server, sender.user_id)
    with Client(running_server.url, token, state_folder=tmp_path / "service") as client:
        yield client


def settled(client: Client, asset_ids: tuple[int, ...]) -> list[Asset]:
    latest = {asset.asset_id: asset for asset in client.follow(asset_ids)}
    return [latest[asset_id] for asset_id in asset_ids]


def names_in(api: Api, path: str) -> list[str]:
    return sorted(item["fileName"] for item in api.get(path).json()["items"])


def test_an_album_takes_pictures_and_films_of_any_size(client: Client, api: Api, tmp_path: Path):
    album = client.create_album("Summer")
    files = [make_picture(tmp_path / "a.jpg"), make_film(tmp_path / "b.mp4", 12 * MIB)]
    told: list[Progress] = []
    arrived = client.upload_to_album(album, files, sha256=False, on_progress=told.append)
    assert [asset.file_name for asset in settled(client, arrived.asset_ids)] == ["a.jpg", "b.mp4"]
    assert names_in(api, f"/albums/{album}/media") == ["a.jpg", "b.mp4"]
    assert {progress.index for progress in told if progress.complete} == {0, 1}
    assert {progress.part for progress in told if progress.index == 1} >= {1, 2}


def test_a_stopped_album_goes_on_where_it_was(client: Client, api: Api, tmp_path: Path):
    album = client.create_album("Summer")
    files = [make_picture(tmp_path / "a.jpg"), make_film(tmp_path / "b.mp4", 32 * MIB)]
    stop = threading.Event()

    def stop_late(progress: Progress) -> None:
        if progress.index == 1 and progress.sent_bytes >= 17 * MIB:
            stop.set()

    with pytest.raises(Stopped):
        client.upload_to_album(album, files, parallel=1, on_progress=stop_late, stop=stop)
    told: list[Progress] = []
    arrived = client.upload_to_album(album, files, on_progress=told.append)
    assert arrived.resumed
    assert names_in(api, f"/albums/{album}/media") == ["a.jpg", "b.mp4"]
    assert [progress.complete for progress in told if progress.index == 0] == [True]
    assert next(progress for progress in told if progress.index == 1).sent_bytes >= 8 * MIB
    assert list(client.unfinished()) == []


def test_the_same_pictures_may_go_into_an_album_twice(client: Client, api: Api, tmp_path: Path):
    album = client.create_album("Summer")
    for _ in range(2):
        assert not client.upload_to_album(album, [make_picture(tmp_path / "a.jpg")], sha256=True).resumed
    assert names_in(api, f"/albums/{album}/media") == ["a.jpg", "a.jpg"]


def test_a_file_that_an_album_refuses_holds_no_other_back(client: Client, api: Api, tmp_path: Path):
    album = client.create_album("Summer")
    files = [make_archive(tmp_path / "a.zip", 1000), make_picture(tmp_path / "b.jpg")]
    with pytest.raises(UploadIncomplete) as failure:
        client.upload_to_album(album, files)
    assert [(path.name, error.code) for path, error in failure.value.failures] == [("a.zip", "type_not_allowed")]
    assert names_in(api, f"/albums/{album}/media") == ["b.jpg"]
    with pytest.raises(Refused, match=r"a\.zip|ZIP|zip"):
        client.upload_to_album(album, files[:1])


def test_somebody_elses_album_is_not_there(running_server: RunningServer, client: Client, receiver: Person, tmp_path):
    with Client(running_server.url, receiver.token, state_folder=tmp_path / "other") as other:
        album = other.create_album("Private")
    with pytest.raises(NotThere) as failure:
        client.upload_to_album(album, [make_picture(tmp_path / "a.jpg")])
    assert failure.value.code == "album_not_found"


def test_the_next_avatar_replaces_the_last(client: Client, api: Api, tmp_path: Path):
    first = client.set_avatar(make_picture(tmp_path / "a.jpg"))
    settled(client, first.asset_ids)
    second = client.set_avatar(make_picture(tmp_path / "b.jpg"))
    settled(client, second.asset_ids)
    assert f"/media/{second.asset_ids[0]}/" in api.get("/users/me").json()["avatar"]["96"]
    with pytest.raises(NotThere):
        client.status(first.asset_ids[0])


def test_an_avatar_is_a_picture(client: Client, tmp_path: Path):
    with pytest.raises(Refused) as failure:
        client.set_avatar(make_film(tmp_path / "a.mp4", 1000))
    assert (failure.value.status, failure.value.code) == (415, "type_not_allowed")


def test_a_post_has_its_media_in_their_order(client: Client, api: Api, tmp_path: Path):
    files = [make_picture(tmp_path / name) for name in ("b.jpg", "a.jpg")]
    posted = client.post("From the train", files)
    assert [asset.stage for asset in settled(client, posted.asset_ids)] == ["done", "done"]
    shown = next(post for post in api.get("/feed").json()["items"] if post["postId"] == posted.post_id)
    assert (shown["content"], shown["status"]) == ("From the train", "published")
    assert [medium["mediaId"] for medium in shown["media"]] == list(posted.asset_ids)


def test_a_post_of_words_needs_no_files(client: Client):
    posted = client.post("Only words")
    assert (posted.status, posted.asset_ids) == ("published", ())


def test_a_post_that_was_stopped_takes_along_what_had_arrived(client: Client, api: Api, tmp_path: Path):
    files = [make_picture(tmp_path / "a.jpg"), make_film(tmp_path / "b.mp4", 20 * MIB)]
    stop = threading.Event()

    def stop_at_second(progress: Progress) -> None:
        if progress.index == 1 and progress.sent_bytes > MIB:
            stop.set()

    with pytest.raises(Stopped):
        client.post("", files, parallel=1, on_progress=stop_at_second, stop=stop)
    begun = {item["mediaId"] for item in api.get("/media").json()["items"]}
    posted = client.post("", files)
    assert posted.resumed
    assert set(posted.asset_ids) == begun
    again = client.post("", files[:1])
    assert not again.resumed
    assert set(again.asset_ids).isdisjoint(begun)


def test_what_a_post_cannot_hold_is_refused_before_a_byte_is_sent(client: Client, api: Api, tmp_path: Path):
    with pytest.raises(FileProblem, match=r"a\.zip is no picture, film or sound"):
        client.post("", [make_picture(tmp_path / "b.jpg"), make_archive(tmp_path / "a.zip", 1000)])
    assert api.get("/media").json()["items"] == []


def test_a_generation_gets_its_images_once(service: Client, api: Api, tmp_path: Path):
    generation = uuid4().hex
    files = [make_picture(tmp_path / f"{number}.jpg") for number in range(3)]
    first = service.send_generated(generation, files)
    assert [asset.stage for asset in settled(service, first.asset_ids)] == ["done"] * 3
    again = service.send_generated(generation, files)
    assert (again.asset_ids, again.resumed) == (first.asset_ids, True)
    images = api.get(f"/generated/{generation}/images").json()["images"]
    assert [(image["index"], image["mediaId"], image["status"]) for image in images] == [
        (index, media_id, "uploaded") for index, media_id in enumerate(first.asset_ids)
    ]


def test_a_generation_does_not_change_its_number_of_images(service: Client, tmp_path: Path):
    generation, file = uuid4().hex, make_picture(tmp_path / "a.jpg")
    service.send_generated(generation, [file])
    with pytest.raises(ClientError) as failure:
        service.send_generated(generation, [file, file])
    assert failure.value.code == "generation_differs"


@pytest.mark.parametrize("generation", ["a/b", "../feed", "a b", "a?b"])
def test_a_generation_has_a_name_that_fits_an_address(service: Client, tmp_path: Path, generation: str):
    with pytest.raises(ClientError):
        service.send_generated(generation, [make_picture(tmp_path / "a.jpg")])


def test_only_a_service_brings_generated_images(client: Client, tmp_path: Path):
    with pytest.raises(Refused) as failure:
        client.send_generated(uuid4().hex, [make_picture(tmp_path / "a.jpg")])
    assert (failure.value.status, failure.value.code) == (403, "service_only")
