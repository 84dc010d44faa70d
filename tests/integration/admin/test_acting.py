"""Retry, expire and delete: by the engine's services, for those who may, with a word about each outcome."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from integration.admin.test_looking import failed_asset
from mediadock.uploads import outbox
from mediadock.uploads.models import Ledger, MediaAsset, Outbox
from mediadock.uploads.store import object_store
from stack.client import Api
from stack.operators import ASSETS, Operator, messages, new_operator
from stack.uploads import photo, prepare, state_of, uploaded_photo
from stack.web import QuietWeb


def history(operator: Operator, asset_id: int) -> list[tuple[int, str]]:
    """What the admin wrote of this operator and this asset."""
    entries = LogEntry.objects.filter(user=User.objects.get(username=operator.username), object_id=str(asset_id))
    return list(entries.order_by("pk").values_list("action_flag", "change_message"))


def last_event(person: Api) -> dict[str, object]:
    data: dict[str, object] = person.get("/events/?limit=1000").json()["items"][-1]["data"]
    return data


def test_a_failed_asset_is_queued_again(operator: Operator, carol: Api) -> None:
    asset_id = failed_asset(carol)
    hints = Outbox.objects.filter(topic=outbox.PROCESS, payload__asset_id=asset_id).count()
    assert operator.do("retry", asset_id) == ["1 asset was queued again."]
    asset = MediaAsset.objects.get(pk=asset_id)
    assert (asset.state, asset.attempt, asset.error_code) == ("processing", 0, None)
    assert Outbox.objects.filter(topic=outbox.PROCESS, payload__asset_id=asset_id).count() == hints + 1
    assert last_event(carol)["stage"] == "processing"
    assert history(operator, asset_id) == [(2, "Try again: queued again.")]


def test_what_cannot_be_tried_again_is_said_and_not_written_down(operator: Operator, carol: Api) -> None:
    asset_id = prepare(carol, photo())["asset_id"]
    assert operator.do("retry", asset_id) == [
        f"Asset {asset_id}, beach.jpg: This file is pending; there is nothing to try again."
    ]
    assert state_of(carol, asset_id) == "pending"
    assert history(operator, asset_id) == []


def test_a_deleted_asset_goes_from_database_and_store_and_gives_its_bytes_back(operator: Operator, carol: Api) -> None:
    asset_id = failed_asset(carol)
    key = MediaAsset.objects.get(pk=asset_id).object_key
    assert object_store().head(key).size_bytes == 1000
    assert operator.do("delete", asset_id) == ["1 asset was deleted."]
    assert carol.get(f"/assets/{asset_id}/").status == 404
    assert last_event(carol)["stage"] == "deleted"
    assert Ledger.objects.get(pk=carol.user_id).used_bytes == 0
    assert Outbox.objects.filter(topic=outbox.DISCARD, payload__keys__contains=[key]).exists(), (
        "which the relay carries"
    )
    assert [flag for flag, _ in history(operator, asset_id)] == [3]
    assert operator.get(f"{ASSETS}{asset_id}/delete/").status == 302, "there is nothing to delete any more"


def test_an_unfinished_upload_expires_and_gives_its_place_back(operator: Operator, carol: Api) -> None:
    asset_id = prepare(carol, photo())["asset_id"]
    assert Ledger.objects.get(pk=carol.user_id).pending_count == 1
    assert operator.do("expire", asset_id) == ["1 asset was expired."]
    ledger = Ledger.objects.get(pk=carol.user_id)
    assert (ledger.pending_count, ledger.used_bytes) == (0, 0)
    assert state_of(carol, asset_id) == "expired"
    assert history(operator, asset_id) == [(2, "Expire: expired.")]
    assert operator.do("expire", asset_id) == ["1 asset was expired."], "again is the same answer"


def test_an_upload_that_is_whole_is_never_thrown_away(operator: Operator, carol: Api) -> None:
    asset_id = uploaded_photo(carol)["asset_id"]
    assert operator.do("expire", asset_id) == ["1 asset was whole in the store, and so processed instead of expired."]
    assert state_of(carol, asset_id) == "uploaded"


def test_many_are_asked_about_once_and_each_outcome_is_told(operator: Operator, carol: Api) -> None:
    broken = [failed_asset(carol), failed_asset(carol)]
    waiting = prepare(carol, photo())["asset_id"]
    chosen = [str(asset_id) for asset_id in (*broken, waiting)]
    asked = operator.post(ASSETS, action="retry_assets", _selected_action=chosen, index="0")
    assert asked.status == 200
    assert "3 assets" in asked.body.decode()
    assert [state_of(carol, asset_id) for asset_id in broken] == ["failed", "failed"], "nothing is done before yes"
    answer = operator.post(ASSETS, action="retry_assets", _selected_action=chosen, confirmed="yes")
    assert answer.status == 302
    assert messages(operator.page(ASSETS)) == [
        "2 assets were queued again.",
        f"Asset {waiting}, beach.jpg: This file is pending; there is nothing to try again.",
    ]
    assert [state_of(carol, asset_id) for asset_id in broken] == ["processing", "processing"]


def test_one_that_breaks_is_told_of_and_holds_up_no_other(operator: Operator, carol: Api) -> None:
    """Its profile is no longer registered."""
    before, broken, behind = [failed_asset(carol) for _ in range(3)]
    MediaAsset.objects.filter(pk=broken).update(profile="gone")
    chosen = [str(asset_id) for asset_id in (before, broken, behind)]
    answer = operator.post(ASSETS, action="delete_assets", _selected_action=chosen, confirmed="yes")
    assert answer.status == 302
    assert messages(operator.page(ASSETS)) == [
        "2 assets were deleted.",
        f"Asset {broken}, beach.jpg: Something broke; the log tells what.",
    ]
    assert list(MediaAsset.objects.filter(pk__in=(before, broken, behind)).values_list("pk", flat=True)) == [broken]
    MediaAsset.objects.filter(pk=broken).delete()


@pytest.mark.parametrize("verb", ["retry", "expire", "delete"])
def test_who_may_only_look_cannot_act(onlooker: Operator, carol: Api, verb: str) -> None:
    asset_id = failed_asset(carol)
    page = onlooker.page(f"{ASSETS}{asset_id}/change/")
    assert f"{ASSETS}{asset_id}/{verb}/" not in page
    assert onlooker.get(f"{ASSETS}{asset_id}/{verb}/").status == 403
    token = onlooker.token_on(f"{ASSETS}{asset_id}/change/")
    bare = onlooker.post_bare(f"{ASSETS}{asset_id}/{verb}/", confirmed="yes", csrfmiddlewaretoken=token)
    assert bare.status == 403
    many = onlooker.post_bare(
        ASSETS, action=f"{verb}_assets", _selected_action=str(asset_id), confirmed="yes", csrfmiddlewaretoken=token
    )
    assert many.status in (200, 302, 403)
    assert state_of(carol, asset_id) == "failed"


def test_rights_are_given_one_by_one(web: QuietWeb, carol: Api) -> None:
    asset_id = failed_asset(carol)
    mender = new_operator(web.url, "view_mediaasset", "change_mediaasset")
    assert mender.get(f"{ASSETS}{asset_id}/delete/").status == 403
    assert mender.do("retry", asset_id) == ["1 asset was queued again."]


@pytest.mark.parametrize("way", ["change/", "add/", "history/"])
def test_no_form_of_the_admin_writes_an_asset(operator: Operator, carol: Api, way: str) -> None:
    asset_id = prepare(carol, photo())["asset_id"]
    path = ASSETS + (way if way == "add/" else f"{asset_id}/{way}")
    token = operator.token_on(f"{ASSETS}{asset_id}/change/")
    operator.post_bare(path, csrfmiddlewaretoken=token, state="ready", file_name="other.jpg")
    asset = MediaAsset.objects.get(pk=asset_id)
    assert (asset.state, asset.file_name) == ("pending", "beach.jpg")
