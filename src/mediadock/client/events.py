"""The user's events by polling, and the rule that keeps them in order: each ``seq`` once, none left out."""

from __future__ import annotations

from collections.abc import Iterator

from mediadock.client.account import Account
from mediadock.client.values import Event

PAGE = 200


class Cursor:
    """The last ``seq`` that was handed on. Events that carry no seq (progress) pass through and change nothing."""

    def __init__(self, account: Account, after: int) -> None:
        self._account = account
        self.after = after

    def poll(self) -> Iterator[Event]:
        """Every event after the cursor that the server has by now, in order."""
        while True:
            answer = self._account.get("/events/", {"after": self.after, "limit": PAGE})
            items = answer.children("items")
            for item in items:
                yield from self._next(Event.read(item))
            if len(items) < PAGE:
                return

    def accept(self, event: Event) -> Iterator[Event]:
        """This event if it is new, after those before it that were missed."""
        if event.seq is not None and event.seq > self.after + 1:
            yield from self.poll()
        yield from self._next(event)

    def _next(self, event: Event) -> Iterator[Event]:
        if event.seq is None:
            yield event
        elif event.seq > self.after:
            self.after = event.seq
            yield event


def latest_seq(account: Account) -> int:
    """The seq of the user's latest event; 0 when there is none yet."""
    return account.get("/events/", {"after": 0, "limit": 1}).integer("last_seq")
