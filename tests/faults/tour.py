"""Every named crash point is passed until somebody has died there, while the system is kept up around it.

Each program is told to die once at each point. A hand for every group of points makes what passes them, again and
again, until the points have left their marks; whoever died is started again at once.
"""

from __future__ import annotations

import random
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import redis

from faults import surfaces
from faults.campaign import Report, come_to_rest, forget_hints, judge, let_expire, wired_server
from faults.cargo import Cargo, clip, dance, drawing, lie, novel, paper, photo
from faults.crowd import Crowd
from faults.hosts import PATIENT, Backend, backend_of
from faults.sending import NotDelivered, Person
from faults.strikes import APPLICATION, Striker, heal
from faults.verdict import rows
from faults.wires import Pass, Stall, Wire
from mediadock.uploads.crashpoints import COMMITS, POINTS
from mediadock.webhooks import crashpoints as of_webhooks
from stack.aged import old_stream
from stack.breakable import BreakableServer
from stack.client import Api
from stack.waiting import eventually

EVERY_POINT = (*POINTS, *of_webhooks.POINTS)

_ONCE_MORE_AFTER_S = 3.0
"""What passes a point in vain is done again after this; somebody else may have been the one to die."""


def run_tour(*, points: Sequence[str], rounds: int, deadline_s: float) -> Report:
    """Die once a round at each of these points; within the deadline, or the report says where nobody died."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mediadock-faults-") as name:
        folder, work, marks = Path(name, "files"), Path(name, "work"), Path(name, "marks")
        for made in (folder, work, marks):
            made.mkdir()
        settings = {"LEASE": "2", **PATIENT}
        with (
            wired_server(work, without=APPLICATION, **settings) as (server, wires),
            backend_of(server) as backend,
        ):
            tour = Tour(_armed(server, points, marks), wires, folder, marks, backend)
            report = Report(0, Counter(), tour.striker.died)
            with tour.kept_up():
                for _ in range(rounds):
                    report.struck += tour.round(points, until=began + deadline_s)
            tour.striker.server = server
            server.stop("films")
            heal(tour.striker)
            let_expire(server)
            come_to_rest(tour.striker, tour.crowd.delivered, report)
            tour.crowd.close()
            judge(tour.striker, tour.crowd, report, work)
            backend.comes_to_rest(tour.striker)
            report.wrong |= backend.complaints()
    report.wrong["has somebody died everywhere"] = [
        f"{point}: {report.struck[f'kill at {point}']} of {rounds}"
        for point in points
        if report.struck[f"kill at {point}"] < rounds
    ]
    report.took_s = time.monotonic() - began
    return report


@dataclass
class Tour:
    """The system, those who send, and the folder where each point leaves its mark."""

    server: BreakableServer
    wires: Mapping[str, Wire]
    folder: Path
    marks: Path
    backend: Backend

    def __post_init__(self) -> None:
        self.striker = Striker(self.server, self.wires, random.Random(1))
        self._number = 0
        self._counting = threading.Lock()

    @contextmanager
    def kept_up(self) -> Iterator[None]:
        """Whoever dies is started again."""
        over = threading.Event()

        def keep() -> None:
            while not over.wait(0.1):
                self.striker.revive(with_wires=False)

        self.striker.revive()
        self.striker.died.clear()
        keeper = threading.Thread(target=keep, daemon=True)
        keeper.start()
        try:
            self.crowd = Crowd(self.server, self.folder, persons=4)
            yield
        finally:
            over.set()
            keeper.join()

    def round(self, points: Sequence[str], *, until: float) -> Counter[str]:
        """Where somebody died."""
        for mark in self.marks.iterdir():
            mark.unlink()
        ways = {way: sorted(set(passed) & set(points)) for way, passed in self._ways().items()}

        def is_over(way: Callable[[], None]) -> bool:
            return time.monotonic() > until or all((self.marks / point).exists() for point in ways[way])

        def pass_until_dead(way: Callable[[], None]) -> None:
            while not is_over(way):
                with suppress(NotDelivered, AssertionError):
                    way()
                    eventually(lambda: is_over(way), within_s=_ONCE_MORE_AFTER_S)

        due = [way for way, passed in ways.items() if passed]
        with ThreadPoolExecutor(len(due)) as hands:
            list(hands.map(pass_until_dead, due))
        return Counter(f"kill at {mark.name}" for mark in self.marks.iterdir())

    def _ways(self) -> dict[Callable[[], None], tuple[str, ...]]:
        """What is done, and which points it passes on its way."""
        return {
            self._send(photo): (
                *_around("prepared", "uploaded", "claimed", "first_picture", "ready", "carried"),
                "row_carried", "variant_stored", "original_copied",
            ),
            self._send(novel): ("multipart_opened", "multipart_assembled"),
            self._send(lie): (*_around("rejected"), "variants_discarded"),
            self._send(clip): _around("failed"),
            self._send(dance): _around("renewed"),
            self._retry: _around("processing"),
            self._abort: (*_around("aborted"), "multipart_given_back"),
            self._expire: _around("expired"),
            self._delete: _around("deleted"),
            self._abort_within_complete: _around("cleared"),
            self._lose_hints: _around("hinted", "looked"),
            self._announce_and_put: _around("adopted"),
            self._make_album: _around("surface", "asked"),
            self._prepare_once: _around("answered"),
            self._leave_an_orphan: ("orphans_removed",),
            self._grow_old: _around("pruned"),
            **self.backend.ways(self._send(photo), str(self.marks)),
            _wait: _around("heartbeat", "listed"),
        }  # fmt: skip

    def _send(self, make: Callable[[int], Cargo]) -> Callable[[], None]:
        def send() -> None:
            sender, receiver = self._two()
            sender.send_message(receiver, make(self._next()))

        return send

    def _retry(self) -> None:
        """A film that fails, as the worker of films gives it no time, is retried as it stands, once one has failed."""
        failed = rows(self.server, "SELECT id, owner_id FROM mediadock_asset WHERE state = 'failed' LIMIT 3")
        if not failed:
            self._send(clip)()
        for row in failed:
            with suppress(OSError):
                self._of(row["owner_id"]).post(f"/assets/{row['id']}/retry/")

    def _abort(self) -> None:
        sender, receiver = self._two()
        sender.change_mind(receiver, novel(self._next()))

    def _expire(self) -> None:
        sender, receiver = self._two()
        cargo = drawing(self._next())
        sender.vanish(receiver, cargo, after_bytes=False)
        let_expire(self.server, f"file_name = '{cargo.name}'")

    def _delete(self) -> None:
        sender, receiver = self._two()
        sender.send_and_delete(receiver, photo(self._next()))

    def _abort_within_complete(self) -> None:
        """While the store holds back its answer to ``complete``, the same upload is aborted."""
        sender, receiver = self._two()
        wire = self.wires["seaweedfs"]

        def hold() -> None:
            wire.fault = Stall()

        def held() -> None:
            eventually(lambda: wire.held > 0, within_s=2.0)

        let_go = threading.Timer(3.0, lambda: self._pass(wire))
        let_go.start()
        try:
            sender.abort_while_completing(receiver, photo(self._next()), hold=hold, held=held)
        finally:
            let_go.cancel()
            self._pass(wire)

    def _lose_hints(self) -> None:
        """Something waits, and Redis has forgotten it; the sweeper believes that this was long ago."""
        self._send(photo)()
        with suppress(redis.RedisError), redis.Redis.from_url(self.server.embedded.stack.redis.url) as broker:
            broker.flushall()
        forget_hints(self.server)

    def _announce_and_put(self) -> None:
        sender, _ = self._two()
        surfaces.generate_unasked(sender, f"gen-{uuid4().hex[:8]}", photo(self._next()))

    def _make_album(self) -> None:
        surfaces.make_album(self._two()[0])

    def _prepare_once(self) -> None:
        """Messages are prepared, each under one key, over and over until there is an answer: by one PUT, in parts."""
        sender, receiver = self._two()
        for make in (paper, novel):
            sender.prepare_once(receiver, make(self._next()))

    def _leave_an_orphan(self) -> None:
        """What comes under the key of an upload that has ended is removed by whoever tidies, who may die of it."""
        ended = rows(
            self.server, "SELECT object_key FROM mediadock_asset WHERE state IN ('aborted', 'rejected') LIMIT 1"
        )
        for row in ended:
            self.server.store.put(row["object_key"], b"late", content_type="text/plain", size_bytes=4)
        orders = {"CRASH_AT": "orphans_removed", "CRASH_MARKS": str(self.marks), "ORPHAN_GRACE": "0"}
        with suppress(AssertionError, subprocess.TimeoutExpired):
            self.server.manage("sweep", "--orphans", "--delete", **orders)

    def _grow_old(self) -> None:
        """The events of somebody whom nobody knows are old, and whoever prunes them dies before or after the commit."""
        user_id = 10**9 + self._next()
        self.crowd.delivered.aged.add(user_id)
        old_stream(self.server.embedded.stack.postgres.url, user_id, length=9)
        orders = {"CRASH_AT": ",".join(_around("pruned")), "CRASH_MARKS": str(self.marks)}
        with suppress(AssertionError, subprocess.TimeoutExpired):
            self.server.manage("sweep", "--events", "--delete", **orders)

    def _pass(self, wire: Wire) -> None:
        wire.fault = Pass()

    def _two(self) -> tuple[Person, Person]:
        with self._counting:
            sender, receiver = self.striker.chance.sample(self.crowd.persons, 2)
        return sender, receiver

    def _next(self) -> int:
        with self._counting:
            self._number += 1
            return self._number

    def _of(self, user_id: int) -> Api:
        return self.server.api_of(user_id, "somebody")


def _wait() -> None:
    """What comes by itself."""


def _around(*names: str) -> tuple[str, ...]:
    assert set(names) <= set(COMMITS)
    return tuple(point for name in names for point in POINTS if point.startswith(f"{name}."))


def _armed(server: BreakableServer, points: Sequence[str], marks: Path) -> BreakableServer:
    """The same, but every program dies once at each point, and the worker of films has no time for any."""
    orders = {"MEDIADOCK_CRASH_AT": ",".join(points), "MEDIADOCK_CRASH_MARKS": str(marks)}
    strict = {"films": {"MEDIADOCK_PROCESS_TIME_LIMIT": "0"}}
    armed = {
        name: replace(program, env={**program.env, **orders, **strict.get(name, {})})
        if name in APPLICATION
        else program
        for name, program in server.programs.items()
    }
    return replace(server, programs=armed)
