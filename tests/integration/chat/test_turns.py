"""Whose turn it is: a free worker takes the fairest waiting file, each once, whatever its hint names."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from mediadock.core.filetypes import Kind
from mediadock.core.states import State
from mediadock.uploads.lifecycle import claim, claim_fairest, transition
from mediadock.uploads.models import Ledger, MediaAsset, Outbox
from mediadock.uploads.outbox import PROCESS
from mediadock.uploads.services.delete import delete_asset
from mediadock.uploads.services.sweep import sweep
from mediadock.uploads.tasks import process_uploaded_asset
from mediadock.uploads.turns import OWNERS_COMPARED
from stack.at_once import at_once
from stack.client import Api
from stack.uploads import complete, photo, prepare, put_direct, state_of
from stack.workers import becomes_ready, fails

CLIP = {"file_name": "party.mp4", "file_size": 1000, "content_type": "video/mp4"}
A_MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def nothing_else_waits(django_schema: None) -> Iterator[None]:
    """What other tests left is no part of these queues, nor what a sweeper here would adopt; no hint is left of
    what these leave."""
    for asset in MediaAsset.objects.filter(state__in=(State.PENDING, State.UPLOADED, State.PROCESSING)):
        delete_asset(asset)
    yield
    Outbox.objects.filter(topic=PROCESS).delete()


def waiting(owner: Api, count: int = 1, **declared: object) -> list[int]:
    """So many files of one user that are up and wait for a worker, the oldest first."""
    grants = [prepare(owner, photo() | declared) for _ in range(count)]
    for grant in grants:
        assert put_direct(grant, b"\xff" * 1000).status == 200
        assert complete(owner, grant).status == 202
    return [grant["asset_id"] for grant in grants]


def taken(kind: Kind = Kind.IMAGE) -> int | None:
    """What a worker takes that is hinted of this kind."""
    try:
        asset = claim_fairest(kind)
        return asset.pk if asset else None
    finally:
        connection.close()  # a thread of the test's own gives back what it borrowed


def taken_and_done(kind: Kind = Kind.IMAGE) -> int | None:
    """The same, and the work succeeds at once."""
    asset = claim_fairest(kind)
    if asset is None:
        return None
    transition(asset.pk, State.READY, lease_token=asset.lease_token)
    return asset.pk


def put_back_for_later(asset_id: int) -> None:
    """A worker takes it, finds the store away, and leaves it for later."""
    held = claim(asset_id)
    assert held is not None
    changes = {"attempt": 0, "hints": held.hints + 1}
    transition(asset_id, State.UPLOADED, lease_token=held.lease_token, changes=changes, hint_later=True)


def a_minute_passes(asset_id: int) -> None:
    """For everything that is noted of when an asset was last looked at."""
    earlier = {name: F(name) - A_MINUTE for name in ("due_at", "hinted_at", "updated_at")}
    MediaAsset.objects.filter(pk=asset_id).update(**earlier)


def test_the_owner_of_whom_fewer_files_are_being_processed_comes_first(alice: Api, bob: Api) -> None:
    many, (one,) = waiting(alice, 4), waiting(bob)
    assert [taken() for _ in range(4)] == [many[0], one, many[1], many[2]]


def test_of_owners_who_are_even_the_one_served_longest_ago_comes_first(alice: Api, bob: Api, mallory: Api) -> None:
    hers, his, theirs = waiting(alice, 3), waiting(bob, 2), waiting(mallory, 1)
    order = [taken_and_done() for _ in range(6)]
    assert order == [hers[0], his[0], theirs[0], hers[1], his[1], hers[2]]


def test_of_owners_who_were_never_served_the_oldest_file_comes_first_and_so_with_one_owner(
    alice: Api, bob: Api
) -> None:
    (his,), hers = waiting(bob), waiting(alice, 3)
    assert [taken_and_done() for _ in range(4)] == [his, *hers]


def test_a_worker_that_went_silent_does_not_hold_its_owner_back(alice: Api, bob: Api) -> None:
    mine, theirs = waiting(alice, 2), waiting(bob, 2)
    assert taken() == mine[0]
    assert taken() == theirs[0]
    MediaAsset.objects.filter(pk=mine[0]).update(lease_until=Now() - timedelta(seconds=1))
    assert taken() == mine[1]


def test_a_hint_of_a_picture_takes_no_film_and_films_in_processing_do_not_count(alice: Api, bob: Api) -> None:
    films, pictures, other = waiting(alice, 2, **CLIP), waiting(alice, 2), waiting(bob, 1)
    assert taken(Kind.VIDEO) == films[0]
    assert [taken() for _ in range(4)] == [other[0], *pictures, None]
    assert taken(Kind.VIDEO) == films[1]


def test_as_many_hints_as_files_take_every_file_and_one_too_many_takes_none(alice: Api, bob: Api) -> None:
    files = [*waiting(alice, 5), *waiting(bob, 2)]
    assert sorted(filter(None, [taken() for _ in files])) == sorted(files)
    assert taken() is None


def test_a_hint_whose_file_is_done_or_deleted_is_another_ones_turn(alice: Api, bob: Api) -> None:
    (done,), (deleted,), left = waiting(bob), waiting(bob), waiting(alice, 2)
    becomes_ready(done)
    assert bob.delete(f"/assets/{deleted}/").status == 204
    for hint, served in zip((done, deleted), left, strict=True):
        process_uploaded_asset(hint, "image")
        assert state_of(alice, served) == "rejected", "its bytes are no picture"


def test_a_message_that_names_no_kind_is_for_this_very_file(alice: Api) -> None:
    older, younger = waiting(alice, 2)
    process_uploaded_asset(younger)
    assert (state_of(alice, older), state_of(alice, younger)) == ("uploaded", "rejected")


def test_a_file_that_backs_off_is_taken_by_no_hint_before_its_time(alice: Api, bob: Api) -> None:
    (resting,), (other,) = waiting(alice), waiting(bob)
    put_back_for_later(resting)
    assert [taken(), taken()] == [other, None]

    a_minute_passes(resting)
    assert taken() == resting


def test_what_the_sweeper_hints_of_again_is_due(alice: Api) -> None:
    (resting,) = waiting(alice)
    Outbox.objects.filter(topic=PROCESS).delete()
    put_back_for_later(resting)
    assert sweep().hinted == 0
    a_minute_passes(resting)
    assert sweep().hinted == 1
    assert taken() == resting


def test_a_file_that_backs_off_is_taken_by_whoever_asks_for_this_very_one(alice: Api) -> None:
    older, younger = waiting(alice, 2)
    put_back_for_later(younger)
    claimed = claim(younger)
    assert claimed is not None
    assert claimed.pk == younger
    assert claim(younger) is None
    assert taken() == older


def test_a_file_that_is_to_be_tried_again_waits_its_turn_like_any_other(alice: Api, bob: Api) -> None:
    (broken,), (other,) = waiting(alice), waiting(bob)
    fails(broken)
    assert alice.post(f"/assets/{broken}/retry/").status == 202
    assert [taken(), taken(), taken()] == [other, broken, None]


def test_a_file_that_somebody_holds_for_a_moment_makes_room_for_the_next_owner(alice: Api, bob: Api) -> None:
    (first,), (second,) = waiting(alice), waiting(bob)
    with transaction.atomic(), ThreadPoolExecutor(1) as worker:
        MediaAsset.objects.select_for_update().get(pk=first)
        assert worker.submit(taken).result(timeout=120) == second
        assert worker.submit(taken).result(timeout=120) is None
    assert taken() == first


def test_workers_that_ask_at_the_same_moment_take_every_file_once(alice: Api, bob: Api, mallory: Api) -> None:
    for _ in range(5):
        files = [file for owner, count in ((alice, 8), (bob, 3), (mallory, 1)) for file in waiting(owner, count)]
        assert sorted(filter(None, at_once(*[taken] * len(files)))) == sorted(files)


def test_files_that_come_go_and_fall_due_while_workers_ask_are_taken_once_and_none_is_forgotten(
    alice: Api, bob: Api
) -> None:
    files = [*waiting(alice, 12), *waiting(bob, 4)]
    deleting = [partial(alice.delete, f"/assets/{file}/") for file in files[:3]]
    sweeping = [sweep_here] * 3
    at_once(*deleting, *sweeping, *[taken] * (2 * len(files)))
    alive = MediaAsset.objects.filter(pk__in=files)
    assert {asset.attempt for asset in alive} == {1}
    assert {asset.state for asset in alive} == {State.PROCESSING}


def test_among_more_users_than_are_compared_each_has_a_turn_before_anybody_has_two() -> None:
    owners = [User(username=f"crowd-{uuid4().hex[:12]}", password="!") for _ in range(OWNERS_COMPARED + 60)]
    users = User.objects.bulk_create(owners)
    Ledger.objects.bulk_create([Ledger(owner=user, pending_count=0, used_bytes=0) for user in users])
    files = MediaAsset.objects.bulk_create([row_of(user) for _ in range(2) for user in users])
    served = [taken_and_done(Kind.FILE) for _ in users]
    owner_of = {file.pk: file.owner_id for file in files}
    assert len({owner_of[file] for file in served if file}) == len(users)


def row_of(user: User) -> MediaAsset:
    """A file of which only the queue matters."""
    return MediaAsset(
        owner=user, profile="chat", kind="file", audience=[user.pk], file_name="a.txt", declared_type="text/plain",
        size_bytes=1, object_key=f"incoming/{uuid4()}", state=State.UPLOADED, expires_at=Now(),
    )  # fmt: skip


def sweep_here() -> None:
    """A round of the sweeper in a thread of the test's own."""
    try:
        sweep()
    finally:
        connection.close()
