"""Uploads given up at every point, in whatever way: after expiry, sweep and tidy nothing of them is left or counted."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.models.functions import Now

from mediadock.core.states import State
from mediadock.uploads import outbox
from mediadock.uploads.models import Ledger, MediaAsset, Outbox
from mediadock.uploads.relay import discard, discard_again
from mediadock.uploads.services.process import process_asset
from mediadock.uploads.services.sweep import sweep
from mediadock.uploads.store import object_store
from stack.client import Api
from stack.embedded import Embedded
from stack.uploads import FILM_BYTES, PART, complete, film, photo, prepare, put_all_parts, put_direct, put_part
from stack.waiting import eventually
from stack.web import QuietWeb

ABANDONED = int(os.environ.get("MEDIADOCK_ABANDONED_UPLOADS", "66"))
SEED = int(os.environ.get("MEDIADOCK_SEED", "20261121"))
PEOPLE = 6
JUNK = b"\xff" * 1000

Abandon = Callable[[Api, random.Random], None]


@pytest.fixture
def people(web: QuietWeb) -> list[Api]:
    """Clients that do not finish what they begin."""
    return [web.api_as_somebody() for _ in range(PEOPLE)]


class HalfPut:
    """A PUT of which half of the body is on its way."""

    def __init__(self, url: str, size_bytes: int, headers: dict[str, str] | None = None) -> None:
        parts = urlsplit(url)
        self._left = size_bytes - size_bytes // 2
        self._connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=30.0)
        self._connection.putrequest("PUT", f"{parts.path}?{parts.query}")
        for name, value in {**(headers or {}), "Content-Length": str(size_bytes)}.items():
            self._connection.putheader(name, value)
        self._connection.endheaders()
        self._connection.send(b"\xff" * (size_bytes // 2))

    def vanish(self) -> None:
        """The client is gone."""
        self._connection.close()

    def finish(self) -> None:
        """The rest comes, whatever the store says to it."""
        self._connection.send(b"\xff" * self._left)
        self._connection.getresponse().read()
        self._connection.close()


def after_prepare(api: Api, chance: random.Random) -> None:
    """Nothing was sent."""
    prepare(api, chance.choice([photo(), film(FILM_BYTES)]))


def after_the_put(api: Api, chance: random.Random) -> None:
    """The bytes are there and nobody says so: they are adopted, and refused for what they are."""
    assert put_direct(prepare(api, photo()), JUNK).status == 200


def within_the_put(api: Api, chance: random.Random) -> None:
    """Half of the bytes."""
    grant = prepare(api, photo())
    HalfPut(grant["put_url"], 1000, grant["headers"]).vanish()


def after_some_parts(api: Api, chance: random.Random) -> None:
    """Any two of three parts, or one."""
    grant = prepare(api, film(FILM_BYTES))
    for number in chance.choice([(1,), (3,), (3,), (1, 3), (2, 3)]):
        put_part(grant, number, b"\xff" * (1000 if number == 3 else PART))


def after_all_parts(api: Api, chance: random.Random) -> None:
    """Whole but for the complete call."""
    put_all_parts(prepare(api, film(FILM_BYTES)), FILM_BYTES)


def within_a_part(api: Api, chance: random.Random) -> None:
    """Half of a part."""
    HalfPut(prepare(api, film(FILM_BYTES))["batch"]["items"][0]["url"], PART).vanish()


def after_abort(api: Api, chance: random.Random) -> None:
    """Given up in order, after a part."""
    grant = prepare(api, film(FILM_BYTES))
    put_part(grant, 3, b"\xff" * 1000)
    assert api.post("/chats/upload/abort/", object_key=grant["object_key"]).status == 200


def with_a_part_that_outruns_the_abort(api: Api, chance: random.Random) -> None:
    """The part is on its way when the upload is given up, or deleted, and ends when that is done at the store."""
    grant = prepare(api, film(FILM_BYTES))
    part = HalfPut(grant["batch"]["items"][2]["url"], 1000)
    if chance.random() < 0.5:
        assert api.post("/chats/upload/abort/", object_key=grant["object_key"]).status == 200
    else:
        assert api.delete(f"/assets/{grant['asset_id']}/").status == 204
    the_relay_has_passed(grant)
    part.finish()


def after_it_was_deleted(api: Api, chance: random.Random) -> None:
    """Deleted before its bytes came; the URL is good for a while yet."""
    grant = prepare(api, photo())
    assert api.delete(f"/assets/{grant['asset_id']}/").status == 204
    the_relay_has_passed(grant)
    assert put_direct(grant, JUNK).status == 200


def after_it_was_aborted(api: Api, chance: random.Random) -> None:
    """The same with an abort."""
    grant = prepare(api, photo())
    assert api.post("/chats/upload/abort/", object_key=grant["object_key"]).status == 200
    the_relay_has_passed(grant)
    assert put_direct(grant, JUNK).status == 200


def again_after_it_was_refused(api: Api, chance: random.Random) -> None:
    """A PUT that is replayed when its first bytes were judged and removed."""
    grant = prepare(api, photo())
    assert put_direct(grant, JUNK).status == 200
    assert complete(api, grant).status == 202
    process_asset(grant["asset_id"])
    the_relay_has_passed(grant)
    assert put_direct(grant, JUNK).status == 200


def the_relay_has_passed(grant: Any) -> None:
    """What the store has of this upload is removed, by us or by whoever is at it."""

    def is_done() -> bool:
        outbox.drain(outbox.DISCARD, discard)
        left = Outbox.objects.filter(topic=outbox.DISCARD, payload__keys__contains=[grant["object_key"]])
        return not left.exists()

    eventually(is_done)


POINTS: tuple[Abandon, ...] = (
    after_prepare,
    after_the_put,
    within_the_put,
    after_some_parts,
    after_all_parts,
    within_a_part,
    after_abort,
    with_a_part_that_outruns_the_abort,
    after_it_was_deleted,
    after_it_was_aborted,
    again_after_it_was_refused,
)


def test_nothing_is_left_of_uploads_abandoned_at_any_point(
    stack: Embedded, people: list[Api], a_worker: Callable[[], None]
) -> None:
    print(f"seed {SEED}, {ABANDONED} uploads")
    chance = random.Random(SEED)
    points = [POINTS[number % len(POINTS)] for number in range(ABANDONED)]
    chance.shuffle(points)
    work = [
        partial(closing, point, people[number % PEOPLE], random.Random(chance.random()))
        for number, point in enumerate(points)
    ]
    with ThreadPoolExecutor(PEOPLE) as hands:
        for done in [hands.submit(one) for one in work]:
            done.result()

    expire_all(people)
    while any(vars(sweep()).values()):
        a_worker()
    carry_out(outbox.DISCARD)
    the_urls_lapse()
    carry_out(outbox.DISCARD_AGAIN)
    tidy_now(stack)

    for person in people:
        prefix = f"incoming/chat/user_{person.user_id}/"
        assert [found.key for found in object_store().list_objects(prefix)] == []
        assert [found.key for found in object_store().list_multipart_uploads(prefix)] == []
        states = set(MediaAsset.objects.filter(owner_id=person.user_id).values_list("state", flat=True))
        assert states <= {"aborted", "expired", "rejected"}
        ledger = Ledger.objects.get(pk=person.user_id)
        assert (ledger.pending_count, ledger.used_bytes) == (0, 0)


@pytest.fixture
def a_worker(people: list[Api]) -> Callable[[], None]:
    """Does the work that waits of these people."""

    def work() -> None:
        waiting = MediaAsset.objects.filter(owner_id__in=[one.user_id for one in people], state=State.UPLOADED)
        for asset_id in waiting.values_list("pk", flat=True):
            process_asset(asset_id)

    return work


def closing(point: Abandon, api: Api, chance: random.Random) -> None:
    """In a thread of its own, which gives back its connection to the database."""
    try:
        point(api, chance)
    finally:
        connection.close()


def expire_all(people: list[Api]) -> None:
    """A day passes for what is unfinished."""
    unfinished = MediaAsset.objects.filter(owner_id__in=[one.user_id for one in people], state=State.PENDING)
    unfinished.update(expires_at=Now() - timedelta(seconds=1))


def the_urls_lapse() -> None:
    """An hour and more passes for what is to be removed once more."""
    Outbox.objects.filter(topic=outbox.DISCARD_AGAIN).update(available_at=Now())


def carry_out(topic: str) -> None:
    """What the relay does."""
    effects: dict[str, Any] = {outbox.DISCARD: discard, outbox.DISCARD_AGAIN: discard_again}
    while outbox.drain(topic, effects[topic]):
        pass
    assert not Outbox.objects.filter(topic=topic).exists()


def tidy_now(stack: Embedded) -> None:
    """The tidier, with no time of grace."""
    env = {**os.environ, **stack.in_process_environment, "MEDIADOCK_ORPHAN_GRACE": "0"}
    argv = (sys.executable, "-m", "django", "sweep", "--orphans", "--delete")
    subprocess.run(argv, env=env, cwd="/", check=True, capture_output=True, timeout=300)
