"""The only way of a browser to the real store: it counts every part, and fails on command."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse
from urllib.parse import parse_qs, urlsplit

from browser.faults.forwarding import Forwarder, ForwardingServer, LineLost, serving

PATIENCE_S = 60.0


@dataclass(eq=False)
class Put:
    """One PUT of a part, or of a whole file (part 0), from its head to the store's answer."""

    upload: str
    part: int
    size_bytes: int
    url: str
    in_vain: bool  # the store had this part of this upload already when the PUT began
    losses: int = 0  # how often the door had lost everything before
    received_bytes: int = 0
    status: int | None = None  # the store's; None: it has not answered
    silent: bool = False  # the browser hears nothing more of it
    over: bool = False


@dataclass(frozen=True)
class Busy:
    """An answer in the store's place, once the whole body is there."""

    status: int = 503
    retry_after: str | None = None


@dataclass(frozen=True)
class Reset:
    """The connection breaks after so much of the body."""

    after_bytes: int


@dataclass(frozen=True)
class Silence:
    """Nothing more is read or said after so much of the body."""

    after_bytes: int


@dataclass(frozen=True)
class AnswerLost:
    """The store has the part and says so; the browser hears nothing more, not even that the line is dead."""


Fault = Busy | Reset | Silence | AnswerLost


@dataclass
class StoreDoor:
    """What went through, and what is to go wrong. Everything is empty again after ``forget``."""

    store_url: str
    url: str = field(init=False)
    puts: list[Put] = field(default_factory=list)
    _faults: list[tuple[int | None, Fault]] = field(default_factory=list)
    _hold_once_stored: int | None = None
    _held: int = 0
    _losses: int = 0

    def __post_init__(self) -> None:
        self.moved = threading.Condition()
        self._server = ForwardingServer(type("_Handler", (_StoreHandler,), {"door": self}))
        self.url = self._server.url

    @contextmanager
    def open(self) -> Iterator[StoreDoor]:
        """Serve on a port of its own."""
        with serving(self._server):
            yield self
            self.forget()

    def forget(self) -> None:
        """As if nothing had happened; what still hangs is let go."""
        with self.moved:
            self._faults.clear()
        self.release()
        self.cut()
        with self.moved:
            self.puts = []
        self._server.mend()

    # What a test does to it

    def fail(self, fault: Fault, *, part: int | None = None, times: int = 1) -> None:
        """The next PUTs of ``part``, or of any part, meet this fault."""
        with self.moved:
            self._faults.extend([(part, fault)] * times)

    def hold(self, *, once_stored: int) -> None:
        """Read nothing more as soon as the store has so many parts."""
        with self.moved:
            self._hold_once_stored = once_stored

    def wait_held(self, *, at_a_time: int = 1, of: int | None = None) -> None:
        """Return when that is so, and so many parts are stuck in their middle, or all that are left ``of`` so many.

        With as many as the browser sends at a time, nothing else is on its way: neither an answer nor a part.
        """
        self.wait(
            lambda: self._is_shut() and self._held >= min(at_a_time, of - len(self.stored()) if of else at_a_time)
        )

    def wait_silent(self, *, parts: int, times: int = 1) -> None:
        """Return when so many PUTs have met silence, and the store has every other one of so many parts."""

        def is_so() -> bool:
            silent = [put.part for put in self.puts if put.silent]
            return len(silent) == times and len({*silent, *self.stored()}) == parts

        self.wait(is_so)

    def release(self) -> None:
        """Read on."""
        with self.moved:
            self._hold_once_stored = None
            self.moved.notify_all()

    def let_go(self) -> None:
        """Read on, and return when nothing is on its way: for a browser that has hung up all of it.

        What it had handed to its system by then still comes, and some of it may be a whole part.
        """
        self.release()
        self.wait(lambda: all(put.over for put in self.puts))

    def cut(self) -> None:
        """Lose every connection, and what was on its way in it; lose every new one, too, until it is mended.

        Chromium sends again by itself what it had sent on a connection that it had used before: who mends waits until
        the page has heard of the loss.
        """
        with self.moved:
            self._losses += 1
            self.moved.notify_all()
        self._server.cut()
        self.wait(lambda: all(put.over for put in self.puts))

    def mend(self) -> None:
        """Take connections again, and read on."""
        self.release()
        self._server.mend()

    def wait(self, condition, *, within_s: float = PATIENCE_S) -> None:
        """Return as soon as ``condition`` is true of what went through; fail after ``within_s``."""
        with self.moved:
            assert self.moved.wait_for(condition, within_s), "what the test waits for did not happen at the store"

    # What a test asks

    def stored(self) -> dict[int, int]:
        """How often the store has taken each part."""
        return count(put.part for put in self.puts if put.status == 200)

    def sent_in_vain(self) -> list[int]:
        """Parts of which a PUT began although the store had them: what must never happen."""
        return [put.part for put in self.puts if put.in_vain]

    @property
    def faults_left(self) -> int:
        return len(self._faults)

    # What a connection does

    def begin(self, path: str, size_bytes: int) -> tuple[Put, Fault | None]:
        """Enter a PUT; gives the fault that it is to meet."""
        query = parse_qs(urlsplit(path).query)
        upload = query.get("uploadId", [urlsplit(path).path])[0]
        part = int(query.get("partNumber", ["0"])[0])
        with self.moved:
            in_vain = any(put.status == 200 and (put.upload, put.part) == (upload, part) for put in self.puts)
            put = Put(upload, part, size_bytes, path, in_vain, self._losses)
            self.puts.append(put)
            found = next((entry for entry in self._faults if entry[0] in (None, part)), None)
            if found:
                self._faults.remove(found)
            self.moved.notify_all()
        return put, found and found[1]

    def pass_block(self, put: Put, size_bytes: int, fault: Fault | None) -> None:
        """Count a block, once it may pass. Raises ``LineLost``."""
        with self.moved:
            put.received_bytes += size_bytes
            self.moved.notify_all()
            if isinstance(fault, Reset) and put.received_bytes >= fault.after_bytes:
                raise LineLost
            silent = isinstance(fault, Silence) and put.received_bytes >= fault.after_bytes
            if silent or self._is_shut():
                put.silent = silent
                self._held += 1
                self.moved.notify_all()
                self.moved.wait_for(lambda: self._losses > put.losses or (not silent and not self._is_shut()))
                self._held -= 1
            if self._losses > put.losses:
                raise LineLost

    def stay_silent(self, put: Put) -> None:
        """Until everything is lost."""
        with self.moved:
            put.silent = True
            self.moved.notify_all()
            self.moved.wait_for(lambda: self._losses > put.losses)
        raise LineLost

    def note(self, put: Put, *, status: int | None = None, over: bool = False) -> None:
        """Enter what became of a PUT."""
        with self.moved:
            put.status = status or put.status
            put.over |= over
            self.moved.notify_all()

    def _is_shut(self) -> bool:
        return self._hold_once_stored is not None and sum(self.stored().values()) >= self._hold_once_stored


def count(parts: Iterator[int]) -> dict[int, int]:
    counted: dict[int, int] = {}
    for part in parts:
        counted[part] = counted.get(part, 0) + 1
    return counted


class _StoreHandler(Forwarder):
    door: StoreDoor
    _put: Put | None = None
    _fault: Fault | None = None

    def do_put(self) -> None:
        self._put, self._fault = self.door.begin(self.path, self.body_bytes_declared())
        try:
            if isinstance(self._fault, Busy):
                self._refuse(self._fault)
            else:
                self.forward(self.door.store_url)
        finally:
            self.door.note(self._put, over=True)
            self._put = None

    def do_any(self) -> None:
        self.forward(self.door.store_url)

    do_PUT = do_put  # noqa: N815 - http.server's names
    do_GET = do_HEAD = do_OPTIONS = do_any  # noqa: N815

    def on_block(self, size_bytes: int) -> None:
        if self._put:
            self.door.pass_block(self._put, size_bytes, self._fault)

    def on_answer(self, answer: HTTPResponse) -> None:
        if self._put:
            self.door.note(self._put, status=answer.status)
            if isinstance(self._fault, AnswerLost):
                self.door.stay_silent(self._put)

    def _refuse(self, busy: Busy) -> None:
        try:
            for _ in self.read_body():
                pass
        except LineLost:
            return self.reset()
        extra = {"Retry_After": busy.retry_after} if busy.retry_after else {}
        body = b"<Error><Code>SlowDown</Code></Error>"
        return self.answer(busy.status, body, Access_Control_Allow_Origin=self.headers["Origin"] or "*", **extra)


def wait_until(moment: float) -> None:
    """Return when the clock has reached ``moment``: for what only time can bring about, such as an expiry."""
    while (left := moment - time.time()) > 0:
        time.sleep(left)
