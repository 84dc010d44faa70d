"""What an operator finds, and how: lists, searches, filters, an asset's page, the queues and the storage."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from media.pictures import encoded, quarters
from mediadock.core.states import State
from mediadock.uploads import heartbeats
from mediadock.uploads.admin.words import human_duration
from mediadock.uploads.lifecycle import claim, transition
from mediadock.uploads.models import MediaAsset
from mediadock.uploads.services.process import process_claimed
from stack.client import Api
from stack.embedded import Embedded
from stack.operators import ASSETS, QUEUES, STORAGE, Operator, new_operator
from stack.uploads import complete, photo, prepare, put_direct, uploaded_photo
from stack.web import run_quiet_web

WICKED = '"><script>alert(1)</script><img src=x onerror=alert(2)>.jpg'


def failed_asset(carol: Api, code: str = "worker_died", **declared: str) -> int:
    """An asset whose processing broke off."""
    grant = uploaded_photo(carol, **declared)
    assert complete(carol, grant).status == 202
    asset = claim(grant["asset_id"])
    assert asset is not None
    changes = {"error_code": code, "error_reason": "Processing broke off several times with this file."}
    transition(asset.pk, State.FAILED, lease_token=asset.lease_token, changes=changes)
    return asset.pk


def ready_picture(carol: Api) -> int:
    """An asset that was processed, here and now."""
    body = encoded(quarters(320, 240), "jpeg")
    grant = prepare(carol, photo(file_name="harbour.jpg", file_size=len(body)))
    assert put_direct(grant, body).status == 200
    assert complete(carol, grant).status == 202
    asset = claim(grant["asset_id"])
    assert asset is not None
    process_claimed(asset)
    return asset.pk


def found(operator: Operator, **query: str) -> list[int]:
    """The ids on the first page of the list with that query."""
    pairs = "&".join(f"{name}={value}" for name, value in query.items())
    return [
        int(asset) for asset in re.findall(r'name="_selected_action" value="(\d+)"', operator.page(f"{ASSETS}?{pairs}"))
    ]


def test_an_asset_is_found_by_all_its_names(operator: Operator, carol: Api) -> None:
    name = f"lighthouse-{uuid4().hex[:8]}.jpg"
    grant = prepare(carol, photo(file_name=name))
    asset_id = grant["asset_id"]
    assert asset_id in found(operator, q=str(asset_id))
    for term in (name[3:-4], name.upper(), grant["object_key"], grant["object_key"][:-8], f"@{carol.username}"):
        assert found(operator, q=term) == [asset_id], term
    assert asset_id in found(operator, q=str(carol.user_id))
    assert asset_id in found(operator, q=str(carol.username))


def test_what_a_profile_left_that_is_gone_is_listed_also_beside_a_cdn(stack: Embedded, carol: Api) -> None:
    asset_id = ready_picture(carol)
    MediaAsset.objects.filter(pk=asset_id).update(profile="gone")
    with run_quiet_web(stack, MEDIADOCK_CDN_BASE_URL="https://cdn.example.org") as web:
        assert asset_id in found(new_operator(web.url, superuser=True), q=str(asset_id))
    MediaAsset.objects.filter(pk=asset_id).delete()


@pytest.mark.parametrize("term", ["@nobody-at-all", "incoming/none/at/all", "9" * 19, "9" * 40, "%25%25", "%27--"])
def test_what_is_not_there_is_not_found_and_breaks_nothing(operator: Operator, term: str) -> None:
    assert found(operator, q=term) == []


def test_the_list_is_narrowed_down(operator: Operator, carol: Api) -> None:
    broken = failed_asset(carol)
    waiting = prepare(carol, photo())["asset_id"]
    hers = {"owner__id__exact": str(carol.user_id)}
    assert found(operator, **hers) == [waiting, broken]
    assert found(operator, **hers, concern="error") == found(operator, **hers, state__exact="failed") == [broken]
    assert found(operator, **hers, error_code__exact="worker_died") == [broken]
    assert found(operator, **hers, concern="under-way") == [waiting]
    assert found(operator, **hers, concern="overdue") == []
    assert found(operator, **hers, kind__exact="video") == []
    assert found(operator, **hers, profile="chat") == [waiting, broken]
    assert found(operator, **hers, age="hour") == [waiting, broken]
    MediaAsset.objects.filter(pk=waiting).update(created_at=timezone.now() - timedelta(days=8))
    assert found(operator, **hers, age="over-week") == [waiting]


def test_a_wicked_file_name_is_text_wherever_it_is_shown(operator: Operator, carol: Api) -> None:
    asset_id = failed_asset(carol)
    MediaAsset.objects.filter(pk=asset_id).update(file_name=WICKED, error_reason=WICKED)
    pages = (f"{ASSETS}?q={asset_id}", f"{ASSETS}{asset_id}/change/", f"{ASSETS}{asset_id}/delete/")
    for path in (*pages, f"{ASSETS}{asset_id}/retry/"):
        text = operator.page(path)
        assert html.escape(WICKED) in text, path
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    told = operator.do("expire", asset_id)
    assert len(told) == 1
    assert WICKED in told[0]


def test_the_page_of_an_asset_tells_its_story(operator: Operator, carol: Api) -> None:
    asset_id = ready_picture(carol)
    page = operator.page(f"{ASSETS}{asset_id}/change/")
    steps = re.findall(r'<li><span class="md-state md-state-\w+">(\w+)</span>', page)
    assert steps == ["pending", "uploaded", "processing", "ready"]
    asset = MediaAsset.objects.get(pk=asset_id)
    for variant in asset.variants.values():
        assert variant["key"] in page
    [picture] = re.findall(r'<img class="md-picture" src="([^"]+)"', page)
    from stack.client import call

    shown = call("GET", html.unescape(picture))
    assert (shown.status, shown.headers["content-type"]) == (200, "image/webp")
    seqs = [event["seq"] for event in carol.get("/events/?limit=1000").json()["items"]]
    assert [int(seq) for seq in re.findall(r'<tr><th scope="row">(\d+)</th><td><time', page)][: len(seqs)] == seqs[::-1]
    assert not re.search(r'<(?:input|select|textarea)[^>]*name="(?!csrf|theme)', page), "nothing can be edited"
    row = operator.page(f"{ASSETS}?q={asset_id}")
    for name in ("upload", "wait", "work"):
        assert re.search(rf'md-time">{name} \d', row)
    assert '<img class="md-thumb"' in row


def test_queues_tell_what_waits_who_has_it_and_who_was_never_heard_of(operator: Operator, carol: Api) -> None:
    grant = uploaded_photo(carol)
    assert complete(carol, grant).status == 202
    heartbeats.beat(heartbeats.RELAY)
    page = operator.page(QUEUES)
    assert re.search(r'<th scope="row">relay</th><td><span class="md-state md-beat-alive">alive', page)
    assert re.search(r'<th scope="row">queue:video</th><td><span class="md-state md-beat-never">never', page)
    assert int(re.findall(r'kind__exact=image[^<]*">image</a></th><td class="md-number">(\d+)</td>', page)[0]) >= 1
    assert re.search(r'<th scope="row">process</th><td class="md-number">\d+', page), "its hint is in the outbox"
    asset = claim(grant["asset_id"])
    assert asset is not None
    page = operator.page(QUEUES)
    assert f"#{asset.pk} " in page
    assert str(asset.lease_token)[:8] in page
    assert re.search(r'<th scope="row">queue:image</th><td><span class="md-state md-beat-busy">busy', page)
    transition(asset.pk, State.FAILED, lease_token=asset.lease_token, changes={"error_code": "worker_died"})


def test_storage_adds_up(operator: Operator, carol: Api) -> None:
    prepare(carol, photo(file_size=3 * 1024 * 1024))
    failed_asset(carol)
    page = operator.page(STORAGE)
    for state in ("pending", "failed"):
        assert re.search(rf'md-state-{state}">{state}</span></a></th><td class="md-number">\d+</td>', page)
    assert re.search(r"Failed, kept for another try[^<]*</th><td class=\"md-number\">[1-9]", page)
    assert re.search(
        rf"owner__id__exact={carol.user_id}\">{carol.username}</a>.*?<td class=\"md-number\">3 MiB</td>", page
    )
    assert "sweep --orphans" in page


def test_lists_of_the_surfaces_are_only_read(operator: Operator, carol: Api) -> None:
    prepare(carol, photo())
    for model in ("mediadock_chat/message", "mediadock_feed/post", "mediadock_albums/album",
                  "mediadock_generated/generatedimage", "mediadock_uploads/outbox"):  # fmt: skip
        assert f"/{model}/add/" not in operator.page(f"/admin/{model}/")
        assert operator.get(f"/admin/{model}/add/").status == 403


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0.0 s"), (9.94, "9.9 s"), (10, "10 s"), (119, "119 s"), (120, "2 min"), (7_199, "120 min"), (7_200, "2 h"),
     (172_799, "48 h"), (172_800, "2 d"), (-5, "0.0 s"), (None, "–")],
)  # fmt: skip
def test_durations_are_short(seconds: float | None, shown: str) -> None:
    assert human_duration(seconds) == shown
