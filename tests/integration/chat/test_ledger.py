"""What is counted for a user is what there is, after whatever history, also of many hands at once."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from django.db import connection

from mediadock.core.states import State
from mediadock.uploads.lifecycle import StaleTransitionError, transition
from mediadock.uploads.models import Ledger, MediaAsset, Outbox
from mediadock.uploads.store import object_store
from stack.client import Api
from stack.uploads import complete, film, photo, put_direct
from stack.web import QuietWeb
from stack.workers import becomes_ready, fails, is_rejected

SEED = 6021
HANDS = 4
STEPS = 45  # of each hand
OCCUPIES = (State.PENDING, State.UPLOADED, State.PROCESSING, State.READY, State.FAILED)


class Hand:
    """One of several that act for the same user, each on what it has begun itself."""

    def __init__(self, api: Api, seed: int) -> None:
        self._api = api
        self._chance = random.Random(seed)
        self._begun: list[Any] = []

    def act(self) -> None:
        """So many random steps."""
        try:
            for _ in range(STEPS):
                step = self._chance.choice([self._prepare, self._prepare, self._end, self._complete, self._work])
                step()
        finally:
            connection.close()

    def _prepare(self) -> None:
        size = self._chance.randint(1, 3000)
        declared = self._chance.choice([photo(file_size=size), photo(file_size=size), film(11_000_000 + size)])
        answer = self._api.post("/chats/upload/prepare/", receiver_id=self._api.user_id, **declared)
        assert answer.status == 201, answer.body
        self._begun.append(answer.json() | {"size": size})

    def _end(self) -> None:
        if self._begun:
            grant = self._chance.choice(self._begun)
            name = grant["object_key"]
            end = self._chance.choice(["abort", "delete", "expire", "retry"])
            if end == "abort":
                self._api.post("/chats/upload/abort/", object_key=name)
            elif end == "delete":
                self._api.delete(f"/assets/{grant['asset_id']}/")
            elif end == "retry":
                self._api.post(f"/assets/{grant['asset_id']}/retry/")
            else:
                with suppress(StaleTransitionError):
                    transition(grant["asset_id"], State.EXPIRED)

    def _complete(self) -> None:
        direct = [grant for grant in self._begun if grant["mode"] == "direct"]
        if direct:
            grant = self._chance.choice(direct)
            put_direct(grant, b"\xff" * grant["size"])
            complete(self._api, grant)

    def _work(self) -> None:
        ids = [grant["asset_id"] for grant in self._begun]
        waiting = MediaAsset.objects.filter(pk__in=ids, state=State.UPLOADED).values_list("pk", flat=True)
        for asset_id in waiting:
            self._chance.choice([becomes_ready, fails, is_rejected])(asset_id)


def test_after_any_history_the_ledger_is_the_sum_of_what_there_is(web: QuietWeb) -> None:
    people = [web.api_as_somebody() for _ in range(2)]
    with ThreadPoolExecutor(2 * HANDS) as pool:
        acting = [
            pool.submit(Hand(person, SEED * 100 + 10 * who + number).act)
            for who, person in enumerate(people)
            for number in range(HANDS)
        ]
        for hand in acting:
            hand.result()
    seen = set()
    for person in people:
        mine = MediaAsset.objects.filter(owner_id=person.user_id)
        held = mine.filter(state__in=OCCUPIES)
        ledger = Ledger.objects.get(pk=person.user_id)
        assert ledger.pending_count == mine.filter(state=State.PENDING).count()
        assert ledger.used_bytes == sum(held.values_list("size_bytes", flat=True))
        seen |= set(mine.values_list("state", flat=True))
        for asset in held.filter(state__in=(State.UPLOADED, State.FAILED)):
            assert object_store().head(asset.object_key).size_bytes == asset.size_bytes
        for asset_id in mine.values_list("pk", flat=True):
            assert person.delete(f"/assets/{asset_id}/").status == 204
        ledger.refresh_from_db()
        assert (ledger.pending_count, ledger.used_bytes) == (0, 0)
    assert {"pending", "aborted", "expired", "ready", "rejected", "failed"} <= seen, "not much of a history"
    Outbox.objects.filter(topic="process").delete()
