"""What the transfers of one upload have in common: their shape, and one PUT with retries and fresh URLs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag
from typing import Protocol, TypeVar

from mediadock.client.account import Account
from mediadock.client.connections import Answer, Connections
from mediadock.client.doors import Doors
from mediadock.client.errors import ClientError, StoreRefused
from mediadock.client.parts import PartRange
from mediadock.client.progress import Meter
from mediadock.client.put import FileRange, put_range
from mediadock.client.retry import RetryPolicy, with_retries

T = TypeVar("T")
Job = Callable[[], None]
MAX_FRESH_URLS = 4  # a URL that is refused when it is fresh, four times over, is refused for another reason than age


class Transfer(Protocol):
    """One file on its way: its jobs may run on several threads, ``complete`` runs once, after all of them."""

    @property
    def size_bytes(self) -> int:
        """Of the whole file."""
        ...

    def jobs(self) -> Iterator[Job]:
        """The PUTs still to do, in the order in which they are best begun."""
        ...

    def complete(self) -> None:
        """Tell the server that all bytes are there."""
        ...


@dataclass(frozen=True)
class Route:
    """What every transfer of one upload shares."""

    account: Account
    doors: Doors
    connections: Connections
    policy: RetryPolicy
    stop: Flag

    def put(
        self, path: Path, part: PartRange, url: str, headers: dict[str, str], meter: Meter, *, as_part: bool
    ) -> Answer:
        """One PUT, tried again on network failures, 5xx and 429; bytes of an attempt in vain are taken back."""
        number = part.number if as_part else None

        def attempt() -> Answer:
            sent_bytes = 0

            def count(more: int) -> None:
                nonlocal sent_bytes
                sent_bytes += more
                meter.add(more, number)

            try:
                body = FileRange(path, part.offset, part.size_bytes, count, self.stop)
                return put_range(self.connections, url, headers, body)
            except ClientError:
                meter.add(-sent_bytes, number)
                raise

        return with_retries(attempt, policy=self.policy, stop=self.stop)


def with_fresh_urls(attempt: Callable[[], T], *, renew: Callable[[], None]) -> T:
    """What ``attempt`` returns; ``renew`` is called whenever the store refuses the URL (403), as it does an old one."""
    for renewals_left in reversed(range(MAX_FRESH_URLS + 1)):
        try:
            return attempt()
        except StoreRefused as error:
            if error.status not in (401, 403) or not renewals_left:
                raise
            renew()
    raise AssertionError("the last round returns or raises")
