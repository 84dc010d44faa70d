"""Sixty people read at once and a third of them lose their connections; ``benchmarks/sockets.py`` asks it of 1,000."""

from __future__ import annotations

import asyncio
import random
import time

from integration.realtime.realtime_client import Person, SocketServer, happen
from stack.crowd import Crowd, Reader

PEOPLE = 60
EVENTS = 300
BUSY_S = 3.0
SEED = 20260611


def write(people: list[Person], chance: random.Random) -> None:
    """Events of two people each, spread over the busy time."""
    for number in range(EVENTS):
        happen([one.user_id for one in chance.sample(people, 2)], number=number)
        time.sleep(BUSY_S / EVENTS)


def stored(person: Person) -> list[tuple[int, int]]:
    """The ``seq`` and the number of each event that PostgreSQL has of them."""
    from mediadock.uploads.models import Event

    rows = Event.objects.filter(user_id=person.user_id).order_by("seq")
    return [(row.seq, row.data["number"]) for row in rows]


async def live_through(crowd: Crowd, people: list[Person], chance: random.Random) -> dict[int, list[tuple[int, int]]]:
    """What is stored of each of them in the end."""
    await crowd.arrive(within_s=60)
    await asyncio.gather(asyncio.to_thread(write, people, chance), crowd.suffer(share=0.3, busy_s=BUSY_S))
    kept = await asyncio.to_thread(lambda: {person.user_id: stored(person) for person in people})
    await crowd.catch_up({user_id: len(events) for user_id, events in kept.items()}, within_s=60)
    await crowd.leave()
    return kept


def test_sixty_people_of_whom_some_are_cut_see_every_event_exactly_once(sockets: SocketServer) -> None:
    chance = random.Random(SEED)
    people = [Person(3_000_000 + number) for number in range(PEOPLE)]
    address = sockets.url().partition("?")[0]
    readers = [Reader(address, person.user_id, person.token(lifetime_s=900)) for person in people]
    kept = asyncio.run(live_through(Crowd(readers, chance), people, random.Random(SEED)))
    seen = {reader.user_id: [(one.seq, one.data["number"]) for one in reader.seen] for reader in readers}
    assert seen == kept
    assert sum(map(len, kept.values())) == 2 * EVENTS
    assert sum(reader.resets for reader in readers) >= round(0.3 * PEOPLE)
