"""The user's events by polling, and the rule that keeps them in order: each ``seq`` once, none left out."""

from __future__ import annotations

from collections.abc import Iterator

from mediadock.client.account import Account
from mediadock.client.values import EVENTS_PRUNED, Event

PAGE = 200


class Cursor:
    """The last ``seq`` that was handed on. Events that carry no seq (progress) pass through and change nothing.

    Where the server keeps no more what follows, the hint of it is handed on, once, and the cursor goes past the gap.
    """

    def __init__(self, account: Account, after: int) -> None:
        self._account = account
        self.after = after

    def poll(self) -> Iterator[Event]:
        """Every event after the cursor that the server has by now, in order."""
        while True:
            answer = self._account.get("/events/", {"after": self.after, "limit": PAGE})
            first_seq = answer.optional_integer("first_seq") or 0
            if self.after + 1 < first_seq:
                yield from self._next(Event(EVENTS_PRUNED, None, {"after": self.after, "first_seq": first_seq}))
            items = answer.children("items")
            for item in items:
                yield from self._next(Event.read(item))
            # no page need be full: the server leaves out what it cannot show
            if not items or self.after >= answer.integer("last_seq"):
                return

    def accept(self, event: Event) -> Iterator[Event]:
        """This event if it is new, after those before it that were missed."""
        if event.seq is not None and event.seq > self.after + 1:
            yield from self.poll()
        yield from self._next(event)

    def _next(self, event: Event) -> Iterator[Event]:
        if event.seq is None:
            if event.type == EVENTS_PRUNED:
                self.after = max(self.after, (event.integer("first_seq") or 0) - 1)
            yield event
        elif event.seq > self.after:
            self.after = event.seq
            yield event


def latest_seq(account: Account) -> int:
    """The seq of the user's latest event; 0 when there is none yet."""
    return account.get("/events/", {"after": 0, "limit": 1}).integer("last_seq")
