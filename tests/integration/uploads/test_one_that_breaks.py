"""An asset whose profile the host has taken away, or whose hook breaks, holds up no other in the sweeper's rounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from mediadock.core.states import State
from mediadock.uploads.conf import conf
from mediadock.uploads.lifecycle import claim
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services import sweep as sweeping
from mediadock.uploads.services.sweep import sweep
from stack.client import Api
from stack.uploads import complete, photo, prepare, prepare_album, state_of, uploaded_photo

GONE = "a-profile-of-last-year"


@pytest.fixture(autouse=True)
def what_is_broken_goes(django_schema: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The sweeper of no other test meets it, and none of theirs is counted here; the database need not be old."""
    at_once = replace(conf(), lease_s=0)
    monkeypatch.setattr(sweeping, "conf", lambda: at_once)
    unsettled = MediaAsset.objects.filter(state__in=(State.PENDING, State.UPLOADED, State.PROCESSING))
    unsettled.delete()
    yield
    MediaAsset.objects.filter(profile=GONE).delete()


def breaks(*asset_ids: int, days_overdue: int = 9) -> None:
    """Their profile is gone, and they come first."""
    long_ago = Now() - timedelta(days=days_overdue)
    MediaAsset.objects.filter(pk__in=asset_ids).update(
        profile=GONE, expires_at=long_ago, lease_until=long_ago, hinted_at=long_ago, updated_at=long_ago
    )


def is_over(asset_id: int) -> None:
    """Its time is."""
    MediaAsset.objects.filter(pk=asset_id).update(expires_at=Now() - timedelta(seconds=1))


def held(api: Api) -> int:
    """An asset whose worker has died."""
    grant = uploaded_photo(api)
    assert complete(api, grant).status == 202
    asset_id: int = grant["asset_id"]
    assert claim(asset_id) is not None
    MediaAsset.objects.filter(pk=asset_id).update(lease_until=Now() - timedelta(seconds=1))
    return asset_id


def test_what_is_overdue_expires_behind_one_that_breaks(alice: Api, caplog: pytest.LogCaptureFixture) -> None:
    broken, fine = prepare(alice, photo())["asset_id"], prepare(alice, photo())["asset_id"]
    breaks(broken)
    is_over(fine)
    assert sweep().expired == 1
    assert state_of(alice, fine) == "expired"
    assert f"asset {broken}: the sweeper cannot move it" in caplog.text


def test_a_dead_workers_asset_goes_back_to_the_queue_behind_one_that_breaks(alice: Api) -> None:
    broken, fine = held(alice), held(alice)
    breaks(broken)
    assert sweep().requeued == 1
    assert state_of(alice, fine) == "uploaded"


def test_what_has_arrived_is_adopted_beside_one_that_breaks(alice: Api) -> None:
    grants = [uploaded_photo(alice) for _ in range(3)]
    ids = [grant["asset_id"] for grant in grants]
    MediaAsset.objects.filter(pk__in=ids).update(hinted_at=Now() - timedelta(minutes=2))
    MediaAsset.objects.filter(pk=ids[0]).update(profile=GONE)
    assert sweep().adopted == 2
    assert [state_of(alice, asset_id) for asset_id in ids[1:]] == ["uploaded", "uploaded"]


def test_a_whole_batch_that_breaks_holds_up_nobody_behind_it(alice: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 3)
    uploads = prepare_album(alice, *[photo() for _ in range(7)])["uploads"]
    *broken, fine = [upload["asset_id"] for upload in uploads]
    breaks(*broken)
    is_over(fine)
    assert sweep().expired == 1
    assert state_of(alice, fine) == "expired"


def test_one_whose_profile_is_back_expires_as_ever(alice: Api) -> None:
    asset_id = prepare(alice, photo())["asset_id"]
    breaks(asset_id)
    assert sweep().expired == 0
    MediaAsset.objects.filter(pk=asset_id).update(profile="chat")
    assert sweep().expired == 1
