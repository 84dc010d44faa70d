"""Any two of complete, abort, expire and delete at the same moment: one of them wins, told once and counted once.

``MEDIADOCK_RACING_PAIRS`` runs more of them.
"""

from __future__ import annotations

import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import combinations_with_replacement, cycle, islice
from typing import Any

import pytest
from django.db import connection

from mediadock.core.states import State
from mediadock.uploads.lifecycle import StaleTransitionError, transition
from mediadock.uploads.models import Event, Ledger, MediaAsset, Outbox
from stack.at_once import at_once
from stack.client import Api
from stack.uploads import complete, photo, prepare, put_direct
from stack.web import QuietWeb

PAIRS = int(os.environ.get("MEDIADOCK_RACING_PAIRS", "160"))
SEED = int(os.environ.get("MEDIADOCK_SEED", "20261121"))
PEOPLE = 4
BODY = b"\xff" * 100

End = Callable[[Api, Any], int]


def completes(api: Api, grant: Any) -> int:
    """The status of the complete call."""
    return complete(api, grant).status


def aborts(api: Api, grant: Any) -> int:
    """The status of the abort call."""
    return api.post("/chats/upload/abort/", object_key=grant["object_key"]).status


def deletes(api: Api, grant: Any) -> int:
    """The status of the delete call."""
    return api.delete(f"/assets/{grant['asset_id']}/").status


def expires(api: Api, grant: Any) -> int:
    """What the sweeper does when its time is over, in the same words: 200 or 409."""
    try:
        transition(grant["asset_id"], State.EXPIRED)
    except StaleTransitionError:
        return 409
    finally:
        connection.close()
    return 200


ENDS: tuple[End, ...] = (completes, aborts, expires, deletes)
WON = {completes: 202, aborts: 200, expires: 200, deletes: 204}
LOST = {completes: {404, 409}, aborts: {404, 409}, expires: {409}, deletes: {404}}
STAGE = {completes: "processing", aborts: "failed", expires: "failed", deletes: "deleted"}
AGAIN_IS_THE_SAME = {completes, aborts, deletes}


@pytest.fixture
def people(web: QuietWeb) -> Iterator[list[Api]]:
    """Everybody races on their own; what is left with the workers goes with them."""
    these = [web.api_as_somebody() for _ in range(PEOPLE)]
    yield these
    MediaAsset.objects.filter(owner_id__in=[one.user_id for one in these]).delete()
    Outbox.objects.filter(topic="process").delete()


def raced(api: Api, pairs: list[tuple[End, End]], chance: random.Random) -> dict[int, tuple[tuple[End, int], ...]]:
    """Each pair over an upload of its own; who did what and with what result, by asset."""
    results = {}
    for pair in pairs:
        grant = prepare(api, photo(file_size=len(BODY)))
        assert put_direct(grant, BODY).status == 200
        racers = list(pair)
        chance.shuffle(racers)
        statuses = at_once(*[partial(end, api, grant) for end in racers])
        results[grant["asset_id"]] = tuple(zip(racers, statuses, strict=True))
    return results


def test_of_any_two_ends_one_wins(people: list[Api]) -> None:
    print(f"seed {SEED}, {PAIRS} pairs")
    every = list(combinations_with_replacement(ENDS, 2))
    shares = [list(islice(cycle(every), number, PAIRS, PEOPLE)) for number in range(PEOPLE)]
    with ThreadPoolExecutor(PEOPLE) as hands:
        racing = [
            hands.submit(raced, api, share, random.Random(SEED + number))
            for number, (api, share) in enumerate(zip(people, shares, strict=True))
        ]
        results = {asset_id: pair for race in racing for asset_id, pair in race.result().items()}

    told: dict[int, Counter[str]] = defaultdict(Counter)
    for asset_id, stage in Event.objects.filter(asset_id__in=results).values_list("asset_id", "data__stage"):
        told[asset_id][stage] += 1
    states = dict(MediaAsset.objects.filter(pk__in=results).values_list("pk", "state"))
    for asset_id, pair in results.items():
        assert_one_won(pair, told[asset_id], states.get(asset_id))
    for person in people:
        held = MediaAsset.objects.filter(owner_id=person.user_id, state=State.UPLOADED).count()
        ledger = Ledger.objects.get(pk=person.user_id)
        assert (ledger.pending_count, ledger.used_bytes) == (0, held * len(BODY))
        numbers = list(Event.objects.filter(user_id=person.user_id).order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
    print(Counter(f"{one.__name__} {status}" for pair in results.values() for one, status in pair))


def assert_one_won(pair: tuple[tuple[End, int], ...], told: Counter[str], state: str | None) -> None:
    """What the callers were answered, what everybody was told and what is left agree."""
    said = f"{[(end.__name__, status) for end, status in pair]}, told {dict(told)}, left {state}"
    for end, status in pair:
        assert status in {WON[end], *LOST[end]}, said
    winners = [end for end, status in pair if status == WON[end]]
    ends = {end for end, _ in pair}
    assert winners, said
    if len(ends) == 1:
        assert len(winners) == (2 if ends <= AGAIN_IS_THE_SAME - {deletes} else 1) or ends == {deletes}, said
    elif deletes not in ends:
        assert len(winners) == 1, said
    if deletes in ends:
        assert state is None, said
        assert told["deleted"] == 1, said
        assert told["processing"] + told["failed"] == len({*winners} - {deletes}), said
    else:
        expected = {completes: "uploaded", aborts: "aborted", expires: "expired"}[winners[0]]
        assert state == expected, said
        assert told["deleted"] == 0, said
        assert told["processing"] + told["failed"] == told[STAGE[winners[0]]] == 1, said
    assert told["uploading"] == 1, said
