"""What a worker that died had stored and its asset never named: it goes, also when the asset is deleted meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth import get_user_model
from django.db.models import ProtectedError

from mediadock.uploads.conf import conf
from mediadock.uploads.lifecycle import claim
from mediadock.uploads.services import tidy as tidying
from mediadock.uploads.services.tidy import tidy
from mediadock.uploads.store import object_store
from stack.client import Api
from stack.uploads import complete, state_of, uploaded_photo
from stack.workers import becomes_ready

_OF_NOBODY = 9_000_000_000


@pytest.fixture(autouse=True)
def no_grace(django_schema: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has just come is old enough, to the second that listings know."""
    monkeypatch.setattr(tidying, "conf", lambda: replace(conf(), orphan_grace_s=-2))


def completed(api: Api) -> int:
    """An asset that waits for a worker."""
    grant = uploaded_photo(api)
    assert complete(api, grant).status == 202
    asset_id: int = grant["asset_id"]
    return asset_id


def stored_in_vain(asset_id: int) -> set[str]:
    """A worker stored these and died before it could say so."""
    stored = {f"media/{asset_id}/1-dead/480.webp", f"originals/{asset_id}/1-dead/beach.jpg"}
    for key in stored:
        object_store().put(key, b"private", content_type="image/webp", size_bytes=7)
    return stored


def lies_there(asset_id: int) -> set[str]:
    """All that the store has of an asset's results."""
    prefixes = (f"media/{asset_id}/", f"originals/{asset_id}/")
    return {found.key for prefix in prefixes for found in object_store().list_objects(prefix)}


def test_pictures_of_a_deleted_file_go_though_its_worker_died_over_them(alice: Api) -> None:
    asset_id = completed(alice)
    assert claim(asset_id) is not None
    stored = stored_in_vain(asset_id)
    assert alice.delete(f"/assets/{asset_id}/").status == 204
    assert stored <= {orphan.key for orphan in tidy()}
    tidy(dry_run=False)
    assert lies_there(asset_id) == set()


def test_those_of_an_earlier_attempt_go_when_a_file_is_deleted_that_was_ready(alice: Api) -> None:
    asset_id = completed(alice)
    stored_in_vain(asset_id)
    becomes_ready(asset_id)
    assert alice.delete(f"/assets/{asset_id}/").status == 204
    tidy(dry_run=False)
    assert lies_there(asset_id) == set()


def test_what_no_asset_was_ever_recorded_for_stays_a_stranger(alice: Api) -> None:
    stored = stored_in_vain(_OF_NOBODY)
    tidy(dry_run=False)
    assert lies_there(_OF_NOBODY) == stored
    assert stored <= {orphan.key for orphan in tidy(strangers=True)}
    object_store().delete(sorted(stored))


def broken_off(asset_id: int) -> str:
    """A worker was copying an original in parts, and died."""
    key = f"originals/{asset_id}/1-dead/film.mp4"
    object_store().create_multipart(key, content_type="application/octet-stream")
    return key


def open_below(prefix: str) -> set[str]:
    """Uploads in parts that the store holds open."""
    return {found.key for found in object_store().list_multipart_uploads(prefix)}


def test_the_parts_of_an_original_that_a_dead_worker_was_copying_go(alice: Api) -> None:
    ready, deleted, at_work = completed(alice), completed(alice), completed(alice)
    opened = {asset_id: broken_off(asset_id) for asset_id in (ready, deleted, at_work)}
    becomes_ready(ready)
    assert alice.delete(f"/assets/{deleted}/").status == 204
    assert claim(at_work) is not None
    listed = {orphan.key for orphan in tidy() if orphan.upload_id is not None}
    assert listed & set(opened.values()) == {opened[ready], opened[deleted]}
    assert set(opened.values()) <= open_below("originals/"), "a dry run removes nothing"
    tidy(dry_run=False)
    assert open_below("originals/") & set(opened.values()) == {opened[at_work]}


def test_a_user_who_has_files_is_not_deleted_until_they_are(alice: Api) -> None:
    asset_id = completed(alice)
    person = get_user_model().objects.get(pk=alice.user_id)
    with pytest.raises(ProtectedError):
        person.delete()
    assert state_of(alice, asset_id) == "uploaded"
    assert alice.delete(f"/assets/{asset_id}/").status == 204
    person.delete()
    assert not get_user_model().objects.filter(pk=alice.user_id).exists()
