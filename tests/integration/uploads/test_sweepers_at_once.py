"""Many sweepers and tidiers over hundreds of left-overs at the same moment: each thing once, nothing living touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Now

from mediadock.core.states import State
from mediadock.storage.shapes import CompletedPart
from mediadock.uploads import outbox
from mediadock.uploads.conf import conf
from mediadock.uploads.lifecycle import claim
from mediadock.uploads.models import Event, Ledger, MediaAsset, Outbox
from mediadock.uploads.services import sweep as sweeping
from mediadock.uploads.services import tidy as tidying
from mediadock.uploads.services.sweep import Swept, sweep
from mediadock.uploads.services.tidy import Orphan, tidy
from mediadock.uploads.store import object_store
from stack.at_once import at_once
from stack.client import Api
from stack.uploads import FILM_BYTES, complete, film, photo, prepare, prepare_album, put_all_parts, put_direct, state_of
from stack.workers import becomes_ready, expires

AT_ONCE = 8
EACH = 25  # of each kind of left-overs
JUNK = b"\xff" * 1000


@pytest.fixture(autouse=True)
def nothing_else_is_left(django_schema: None) -> Iterator[None]:
    """What other tests left is no part of the counts, nor what these leave of theirs."""
    MediaAsset.objects.filter(state__in=(State.PENDING, State.UPLOADED, State.PROCESSING)).delete()
    Outbox.objects.all().delete()
    yield
    MediaAsset.objects.filter(state__in=(State.PENDING, State.UPLOADED, State.PROCESSING)).delete()
    Outbox.objects.all().delete()


def prepared(api: Api) -> list[dict[str, object]]:
    """So many uploads that have a place."""
    grants: list[dict[str, object]] = prepare_album(api, *[photo() for _ in range(EACH)])["uploads"]
    return grants


def arrived(api: Api) -> list[int]:
    """So many whose bytes are in the store."""
    grants = prepared(api)
    with ThreadPoolExecutor(4) as hands:
        assert {answer.status for answer in hands.map(lambda grant: put_direct(grant, JUNK), grants)} == {200}
    return ids(grants)


def completed(api: Api) -> list[int]:
    """So many that wait for a worker."""
    wanted = arrived(api)
    for asset_id in wanted:
        assert api.post("/chats/upload/complete/", asset_id=asset_id).status == 202
    return wanted


def in_dead_hands(api: Api, attempts: int) -> list[int]:
    """So many whose worker went silent in this attempt."""
    held = completed(api)
    for asset_id in held:
        assert claim(asset_id) is not None
    MediaAsset.objects.filter(pk__in=held).update(attempt=attempts, lease_until=Now() - timedelta(seconds=1))
    return held


def ids(grants: list[dict[str, object]]) -> list[int]:
    """The assets of these grants."""
    return [int(str(grant["asset_id"])) for grant in grants]


def a_minute_passes(asset_ids: list[int]) -> None:
    """For what waits to be hinted of, or looked for, again."""
    earlier = {name: F(name) - timedelta(seconds=61) for name in ("hinted_at", "updated_at")}
    MediaAsset.objects.filter(pk__in=asset_ids).update(**earlier)


def all_is_recent(asset_ids: list[int]) -> None:
    """However long this machine took to make them."""
    in_an_hour = Now() + timedelta(hours=1)
    MediaAsset.objects.filter(pk__in=asset_ids).update(hinted_at=in_an_hour)
    MediaAsset.objects.filter(pk__in=asset_ids, lease_until__isnull=False).update(lease_until=in_an_hour)


def in_a_thread(work: Callable[[], object]) -> Callable[[], object]:
    """It gives back its connection to the database."""

    def done() -> object:
        try:
            return work()
        finally:
            connection.close()

    return done


def all_at_once(work: Callable[[], object]) -> list[object]:
    """Each has one of the pool's connections to the end, which are no more than these: ours is given back first."""
    connection.close()
    return at_once(*[in_a_thread(work)] * AT_ONCE)


def states(asset_ids: list[int]) -> Counter[str]:
    """How many of these are where."""
    return Counter(MediaAsset.objects.filter(pk__in=asset_ids).values_list("state", flat=True))


def test_of_many_sweepers_one_does_each_thing(alice: Api, bob: Api, mallory: Api, old_database: None) -> None:
    unfinished, unsaid = ids(prepared(alice)), arrived(alice)
    overdue = arrived(alice)
    MediaAsset.objects.filter(pk__in=unfinished + overdue).update(expires_at=Now() - timedelta(seconds=1))
    silent, poisonous = in_dead_hands(bob, 1), in_dead_hands(bob, 3)
    unheard = completed(mallory)
    a_minute_passes(unsaid + unheard)
    at_work, on_its_way, fresh = completed(mallory), ids(prepared(mallory)), completed(alice)
    for asset_id in at_work:
        assert claim(asset_id) is not None
    Outbox.objects.all().delete()
    living = at_work + on_its_way + fresh
    all_is_recent(living)
    before = list(MediaAsset.objects.filter(pk__in=living).order_by("pk").values())
    told_before = Event.objects.filter(asset_id__in=living).count()

    swept = all_at_once(sweep)

    total = sum((Counter(asdict(one)) for one in swept if isinstance(one, Swept)), Counter())
    assert total == Counter(requeued=EACH, given_up=EACH, hinted=EACH, adopted=2 * EACH, expired=EACH)
    assert states(unfinished) == {"expired": EACH}
    assert states(overdue + unsaid + silent + unheard) == {"uploaded": 4 * EACH}
    assert states(poisonous) == {"failed": EACH}
    hints = Counter(row.payload["asset_id"] for row in Outbox.objects.filter(topic=outbox.PROCESS))
    assert hints == Counter(overdue + unsaid + silent + unheard)
    ended = Event.objects.filter(asset_id__in=unfinished + poisonous, data__stage="failed")
    assert Counter(ended.values_list("asset_id", flat=True)) == Counter(unfinished + poisonous)
    assert list(MediaAsset.objects.filter(pk__in=living).order_by("pk").values()) == before
    assert Event.objects.filter(asset_id__in=living).count() == told_before
    for person in (alice, bob, mallory):
        assert_ledger_adds_up(person)
    all_is_recent(overdue + unsaid + silent + unheard)
    assert not any(asdict(sweep()).values())


def test_what_the_store_has_assembled_is_found_after_a_minute_though_nobody_said_so(alice: Api) -> None:
    grant = prepare(alice, film(FILM_BYTES))
    put_all_parts(grant, FILM_BYTES)
    # the web process was killed between the store's answer and its own commit
    parts = object_store().list_parts(grant["object_key"], grant["upload_id"])
    done = [CompletedPart(part.number, part.etag) for part in parts]
    object_store().complete_multipart(grant["object_key"], grant["upload_id"], done)
    row = MediaAsset.objects.filter(pk=grant["asset_id"])
    for seconds_ago, expected in ((-3600, "pending"), (61, "uploaded")):
        row.update(hinted_at=Now() - timedelta(seconds=seconds_ago))
        sweep()
        assert state_of(alice, grant["asset_id"]) == expected


def test_of_many_tidiers_none_touches_what_lives_and_nothing_else_is_left(alice: Api, no_grace: None) -> None:
    living = arrived(alice) + completed(alice)
    settled = arrived(alice)
    for asset_id in settled:
        expires(asset_id)
    shown = completed(alice)
    for asset_id in shown:
        becomes_ready(asset_id)
        put_published(asset_id, named=True)
        put_published(asset_id, named=False)
    multiparts = [prepare(alice, film(FILM_BYTES)) for _ in range(6)]
    for grant in multiparts[:3]:
        MediaAsset.objects.filter(pk=grant["asset_id"]).update(state=State.EXPIRED)  # nobody told the store

    found = all_at_once(lambda: tidy(dry_run=False))

    removed = {orphan.key for one in found for orphan in one if isinstance(orphan, Orphan)}  # type: ignore[attr-defined]
    mine = MediaAsset.objects.filter(owner_id=alice.user_id)
    gone = set(mine.filter(pk__in=settled + shown).values_list("object_key", flat=True))
    gone |= {f"media/{asset_id}/1-stale/96.webp" for asset_id in shown}
    gone |= {grant["object_key"] for grant in multiparts[:3]}
    assert gone <= removed
    kept = set(mine.filter(pk__in=living).values_list("object_key", flat=True))
    assert keys(f"incoming/chat/user_{alice.user_id}/") == kept
    assert {key for asset_id in shown for key in keys(f"media/{asset_id}/")} == {
        f"media/{asset_id}/1-named/96.webp" for asset_id in shown
    }
    still_open = {one.key for one in object_store().list_multipart_uploads(f"incoming/chat/user_{alice.user_id}/")}
    assert still_open == {grant["object_key"] for grant in multiparts[3:]}
    assert not {orphan.key for orphan in tidy()} & (removed | kept)
    for asset_id in living[:EACH]:
        assert complete(alice, {"object_key": mine.get(pk=asset_id).object_key}).status == 202
        assert state_of(alice, asset_id) == "uploaded"


def test_what_came_to_life_while_the_store_was_listed_is_not_removed(alice: Api, no_grace: None) -> None:
    (asset_id,) = ids([prepare(alice, photo())])
    key = MediaAsset.objects.get(pk=asset_id).object_key
    object_store().put(key, JUNK, content_type="image/jpeg", size_bytes=len(JUNK))
    MediaAsset.objects.filter(pk=asset_id).update(state=State.EXPIRED)
    assert key in {orphan.key for orphan in tidy()}
    MediaAsset.objects.filter(pk=asset_id).update(state=State.PENDING)
    assert key not in {orphan.key for orphan in tidy(dry_run=False)}
    assert complete(alice, {"object_key": key}).status == 202


@pytest.fixture
def old_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases are over when they say so: the database of these tests may have begun a moment ago."""
    monkeypatch.setattr(sweeping, "conf", lambda: replace(conf(), lease_s=0))


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``MEDIADOCK_ORPHAN_GRACE=0``: what has just come is old enough, to the second that listings know."""
    monkeypatch.setattr(tidying, "conf", lambda: replace(conf(), orphan_grace_s=-2))


def put_published(asset_id: int, *, named: bool) -> None:
    """A picture of ours, which the asset names, or which a lost attempt left."""
    key = f"media/{asset_id}/1-{'named' if named else 'stale'}/96.webp"
    object_store().put(key, JUNK, content_type="image/webp", size_bytes=len(JUNK))
    if named:
        variants = {"96": {"key": key, "content_type": "image/webp", "width": 1, "height": 1, "size_bytes": 1000}}
        MediaAsset.objects.filter(pk=asset_id).update(variants=variants)


def keys(prefix: str) -> set[str]:
    """What the store has below a prefix."""
    return {found.key for found in object_store().list_objects(prefix)}


def assert_ledger_adds_up(person: Api) -> None:
    """Counted is what there is."""
    mine = MediaAsset.objects.filter(owner_id=person.user_id)
    held = mine.filter(~Q(state__in=(State.ABORTED, State.EXPIRED, State.REJECTED)))
    ledger = Ledger.objects.get(pk=person.user_id)
    assert ledger.pending_count == mine.filter(state=State.PENDING).count()
    assert ledger.used_bytes == sum(held.values_list("size_bytes", flat=True))
