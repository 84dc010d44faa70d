"""Albums: whose they are, what goes into them, and how they show what became of it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from mediadock.contrib.albums.albums import delete_album
from mediadock.contrib.albums.models import Album
from stack.client import Api, call
from stack.problems import fields_of, refused
from stack.uploads import MIB
from stack.waiting import eventually
from stack.web import QuietWeb
from stack.workers import becomes_ready, is_rejected

A_PICTURE = {"filename": "Beach.JPG", "contentType": "image/jpeg", "size": 10}


def album_of(api: Api, title: str = "Summer") -> int:
    """A new album."""
    answer = api.post("/albums", title=title)
    assert answer.status == 201, answer.body
    assert set(answer.json()) == {"albumId", "title", "createdAt"}
    album_id: int = answer.json()["albumId"]
    return album_id


def begun(api: Api, album_id: int, **declared: Any) -> Any:
    """The session of one picture into the album."""
    answer = api.post(f"/albums/{album_id}/media/upload", **(A_PICTURE | declared))
    assert answer.status == 201, answer.body
    return answer.json()


def completed(api: Api, album_id: int) -> int:
    """A picture whose bytes are there and wait for a worker."""
    session = begun(api, album_id)
    assert call("PUT", session["uploadUrl"], body=b"\xff" * 10, headers=session["headers"]).status == 200
    assert api.post(f"/media/{session['mediaId']}/complete").status == 200
    media_id: int = session["mediaId"]
    return media_id


def inside(api: Api, album_id: int) -> list[dict[str, Any]]:
    """What the album shows."""
    items: list[dict[str, Any]] = api.get(f"/albums/{album_id}/media").json()["items"]
    return items


def test_an_album_shows_what_became_of_each_upload(alice: Api) -> None:
    album = album_of(alice)
    ready, bad, waiting = completed(alice, album), completed(alice, album), begun(alice, album)["mediaId"]
    becomes_ready(ready)
    is_rejected(bad)
    shown = inside(alice, album)
    assert [(one["mediaId"], one["status"]) for one in shown] == [
        (waiting, "pending"),
        (bad, "failed"),
        (ready, "uploaded"),
    ]
    assert shown[1]["error"] == {"code": "corrupt", "reason": "The file is damaged.", "retryable": False}
    events = alice.get("/events/?limit=1000").json()["items"]
    assert {event["type"] for event in events} == {"album_update"}


def test_small_files_get_one_address_and_films_get_many(alice: Api) -> None:
    album = album_of(alice)
    small = begun(alice, album, size=10 * MIB)
    assert set(small) == {"mediaId", "uploadUrl", "headers", "expiresAt", "cdnUrl"}
    key = rf"incoming/albums/{album}/media/[0-9a-f-]{{36}}-Beach\.JPG"
    assert re.search(key, small["uploadUrl"])
    film = begun(alice, album, size=10 * MIB + 1, filename="a.mp4", contentType="video/mp4")
    assert (film["totalParts"], len(film["partUrls"])) == (3, 3)


def test_two_files_of_one_name_lie_apart(alice: Api) -> None:
    album = album_of(alice)
    first, second = begun(alice, album), begun(alice, album)
    assert first["uploadUrl"].partition("?")[0] != second["uploadUrl"].partition("?")[0]


@pytest.mark.parametrize(
    ("declared", "status", "code", "field"),
    [
        ({"contentType": "application/pdf", "filename": "a.pdf"}, 415, "type_not_allowed", "contentType"),
        ({"contentType": "audio/mpeg", "filename": "a.mp3"}, 415, "type_not_allowed", "contentType"),
        ({"filename": ""}, 422, "file_name_empty", "filename"),
        ({"size": 0}, 422, "file_size_invalid", "size"),
        ({"size": 5 * 1024 * MIB + 1}, 413, "file_too_large", "size"),
    ],
)
def test_what_is_refused_names_the_field_and_creates_nothing(
    alice: Api, declared: dict[str, Any], status: int, code: str, field: str
) -> None:
    album = album_of(alice)
    problem = refused(alice.post(f"/albums/{album}/media/upload", **(A_PICTURE | declared)), status, code)
    assert fields_of(problem) == [field]
    assert inside(alice, album) == []


@pytest.mark.parametrize("title", ["", "a" * 201, "a\0b"])
def test_titles_that_are_none_are_refused(alice: Api, title: str) -> None:
    assert fields_of(refused(alice.post("/albums", title=title), 422)) == ["title"]


def test_albums_are_listed_newest_first(alice: Api) -> None:
    albums = [album_of(alice, f"Number {number}") for number in range(3)]
    first = alice.get("/albums?limit=2").json()
    assert [one["albumId"] for one in first["items"]] == albums[:0:-1]
    assert [one["albumId"] for one in alice.get(f"/albums?cursor={first['next']}").json()["items"]] == albums[:1]
    assert alice.get(f"/albums/{albums[0]}").json()["title"] == "Number 0"


def test_an_album_goes_with_all_that_is_in_it(alice: Api) -> None:
    album = album_of(alice)
    media_id = begun(alice, album)["mediaId"]
    assert alice.delete(f"/albums/{album}").status == 204
    refused(alice.get(f"/albums/{album}"), 404, "album_not_found")
    refused(alice.get(f"/media/{media_id}"), 404)


def somebody_waits_for_a_lock() -> bool:
    """Whether a statement is held up by a transaction that is not ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        (waits,) = cursor.fetchone()
    return bool(waits)


def test_an_album_that_is_being_deleted_takes_nothing_more(alice: Api) -> None:
    album = album_of(alice)
    path = f"/albums/{album}/media/upload"
    with ThreadPoolExecutor(1) as hands:
        with transaction.atomic():
            delete_album(Album.objects.get(pk=album))
            asked = hands.submit(lambda: alice.post(path, **A_PICTURE))
            eventually(lambda: asked.done() or somebody_waits_for_a_lock())
        refused(asked.result(), 404, "album_not_found")
    assert alice.get("/uploads/").json()["items"] == []


def test_nobody_makes_or_lists_albums_without_a_token(web: QuietWeb) -> None:
    refused(web.anonymous().get("/albums"), 401)
    refused(web.anonymous().post("/albums", title="a"), 401)
