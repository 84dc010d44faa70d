"""Persons who send to each other what chance says, by every door and in every mode."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

from faults import surfaces
from faults.cargo import SMALL, Cargo, clip, drawing, note, novel, old_film, photo
from faults.sending import Delivered, Person
from stack.breakable import BreakableServer


@dataclass(frozen=True)
class Plan:
    """One sending, of so many files."""

    files: int
    send: Callable[[], object]


class Crowd:
    """So many persons, with an album each."""

    def __init__(self, server: BreakableServer, folder: Path, *, persons: int = 6) -> None:
        self.delivered = Delivered()
        self.persons = [Person(server, folder, self.delivered) for _ in range(persons)]
        self._albums = {person.user_id: surfaces.make_album(person) for person in self.persons}

    def close(self) -> None:
        """Everybody goes home."""
        for person in self.persons:
            person.close()

    def plans(self, chance: random.Random, *, files: int) -> Iterator[Plan]:
        """Sendings of together at least so many files, each known before anything is sent.

        Every way comes once, in an order of chance, before any comes again.
        """
        number = planned = 0
        first = chance.sample(list(_WAYS), len(_WAYS))
        while planned < files:
            number += 1
            way = first.pop() if first else chance.choices(list(_WAYS), list(_WAYS.values()))[0]
            plan = self._plan(way, number, chance)
            planned += plan.files
            yield plan

    def _plan(self, way: str, number: int, chance: random.Random) -> Plan:
        sender, receiver = chance.sample(self.persons, 2)
        coin = chance.random() < 0.5
        given_up = novel(number) if way in {"vanish", "abort"} and chance.random() < 0.5 else photo(number)
        several = [photo(number), drawing(number), chance.choice(_TIMED)(number)]
        cargo = chance.choice(SMALL)(number)
        medium = cargo if cargo.media_type else several[number % 3]
        ways: Mapping[str, Callable[[], Plan]] = {
            "message": lambda: Plan(1, partial(sender.send_message, receiver, cargo)),
            "many": lambda: Plan(3, partial(sender.send_message, receiver, *several)),
            "parts": lambda: Plan(1, partial(sender.send_message, receiver, novel(number))),
            "pages": lambda: Plan(1, partial(sender.send_page_by_page, receiver, novel(number))),
            "medium": lambda: Plan(1, partial(surfaces.send_medium, sender, medium, then_post=coin and medium.honest)),
            "post first": lambda: Plan(2, partial(surfaces.post_first, sender, several[:2])),
            "post back": lambda: Plan(1, partial(surfaces.take_post_back, sender, several[number % 3])),
            "album": lambda: Plan(1, partial(surfaces.send_to_album, sender, self._albums[sender.user_id], several[0])),
            "avatar": lambda: Plan(2, partial(surfaces.change_face, sender, photo(number), drawing(number))),
            "generated": lambda: Plan(2, partial(surfaces.generate, sender, f"g-{number}", _images(number))),
            "unasked": lambda: Plan(1, partial(surfaces.generate_unasked, sender, f"u-{number}", photo(number))),
            "vanish": lambda: Plan(1, partial(sender.vanish, receiver, given_up, after_bytes=coin)),
            "abort": lambda: Plan(1, partial(sender.change_mind, receiver, given_up)),
            "delete": lambda: Plan(1, partial(sender.send_and_delete, receiver, cargo)),
        }
        return ways[way]()


def _images(number: int) -> Sequence[Cargo]:
    return [photo(number), photo(number + _FAR)]


_FAR = 1_000_000
"""So far from a number is no other sending's."""

_TIMED = (note, clip, old_film)
_WAYS = MappingProxyType(
    {
        "message": 34, "many": 8, "parts": 4, "pages": 3, "medium": 14, "post first": 5, "post back": 3, "album": 10,
        "avatar": 4, "generated": 4, "unasked": 3, "vanish": 5, "abort": 5, "delete": 3,
    }
)  # fmt: skip
"""How often each is meant."""
