"""One seeded run: many send, much is killed, and in the end everything is looked at."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import psycopg

from faults.crowd import Crowd
from faults.hosts import PATIENT, backend_of
from faults.sending import Delivered
from faults.strikes import Striker, heal
from faults.verdict import TERMINAL, complaints, remains_of, rows
from faults.wires import Wire, wires_to
from hostile.poisoned import folders_in
from mediadock.local.family import wait_gone
from stack.breakable import BreakableServer, breakable_server
from stack.embedded import Embedded, new_embedded
from stack.waiting import eventually

SETTLE_S = 120.0
"""How long anything may stay unsettled once the last fault is over."""

_PATIENT_S = 40
"""How long an upload may be pending: longer than any fault, and within ``SETTLE_S`` all of them have expired."""

_HANDS = 6
_UNSETTLED = f"SELECT id, owner_id, state FROM mediadock_asset WHERE state NOT IN {tuple(sorted(TERMINAL))}"


@dataclass
class Report:
    """What was done to the system, and what came of it."""

    seed: int
    struck: Counter[str]
    died: Counter[str]
    ways: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    tries: int = 0
    retried: Counter[str] = field(default_factory=Counter)
    settled_after_s: float = 0.0
    took_s: float = 0.0
    swept: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether anything was wrong."""
        return any(self.wrong.values())

    def __str__(self) -> str:
        kills = sum(count for what, count in self.struck.items() if what.startswith("kill "))
        lines = [
            f"seed {self.seed}: {kills} kills and {self.struck.total() - kills} other faults"
            f" over {self.states.total()} assets in {self.took_s:.0f} s",
            f"struck: {_counts(self.struck)}; died besides: {_counts(self.died)}",
            f"sent: {_counts(self.ways)}; {self.tries} tries in vain",
            f"assets: {_counts(self.states)}; retried: {_counts(self.retried)}",
            f"all settled {self.settled_after_s:.1f} s after the last fault; swept: {_counts(self.swept)}",
        ]
        for question, found in self.wrong.items():
            lines.append(f"{'WRONG' if found else 'right'}: {question}?" + (f" {len(found)} times no" if found else ""))
            lines += [f"    {one}" for one in found[:10]]
        return "\n".join(lines)


@contextmanager
def wired_server(
    folder: Path, *, without: tuple[str, ...] = (), **settings: str
) -> Iterator[tuple[BreakableServer, dict[str, Wire]]]:
    """A whole system whose application reaches PostgreSQL, Redis and the store by wires; work is done in ``folder``."""
    these = new_embedded()
    ports = these.stack.ports
    with wires_to(ports.postgres, ports.redis, ports.s3) as opened:
        wires = dict(zip(("postgres", "redis", "seaweedfs"), opened, strict=True))
        environment = {
            **_through(these, wires),
            "TMPDIR": str(folder),
            **{f"MEDIADOCK_{k}": v for k, v in settings.items()},
        }
        with breakable_server(without=without, these=these, environment=environment) as server:
            yield server, wires


def run_campaign(*, seed: int, kills: int, assets: int, deadline_s: float) -> Report:
    """Send so many assets while so much is killed; within the deadline, or it says that it was not enough."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mediadock-faults-") as name:
        folder, work = Path(name, "files"), Path(name, "work")
        folder.mkdir()
        work.mkdir()
        settings = {"LEASE": "3", "PENDING_TTL": str(_PATIENT_S), **PATIENT}
        with wired_server(work, **settings) as (server, wires), backend_of(server) as backend:
            striker = Striker(server, wires, random.Random(seed))
            crowd = Crowd(server, folder)
            report = Report(seed, striker.struck, striker.died)
            _rage(striker, crowd, random.Random(seed + 1), kills=kills, assets=assets, until=began + deadline_s)
            let_expire(server)
            come_to_rest(striker, crowd.delivered, report)
            crowd.close()
            judge(striker, crowd, report, work)
            backend.comes_to_rest(striker)
            report.wrong |= backend.complaints()
        report.took_s = time.monotonic() - began
    return report


def _rage(striker: Striker, crowd: Crowd, chance: random.Random, *, kills: int, assets: int, until: float) -> None:
    """Strike while many send; what is struck, and what is sent, keep step, so that both come to an end together."""
    plans = crowd.plans(chance, files=assets)
    with ThreadPoolExecutor(_HANDS) as hands:
        sent: list[Future[None]] = []
        files = 0
        try:
            while striker.kills < kills or files < assets:
                assert time.monotonic() < until, f"{striker.kills} kills, {files} files sent when time was over"
                while (
                    files < assets and files * kills <= (striker.kills + 1) * assets and _under_way(sent) < 3 * _HANDS
                ):
                    plan = next(plans)
                    files += plan.files
                    sent.append(hands.submit(plan.send))
                if striker.kills < kills:
                    striker.strike()
                else:
                    time.sleep(0.1)
                _say(f"{striker.kills} kills, {files} files")
        finally:
            heal(striker)
        for one in sent:
            one.result(timeout=max(1.0, until - time.monotonic()))
    _say("")


def _under_way(sent: list[Future[None]]) -> int:
    return sum(not one.done() for one in sent)


def let_expire(server: BreakableServer, which: str = "true") -> None:
    """The time of these pending uploads is over: nobody waits for it to pass."""
    _change(server, f"expires_at = now() WHERE state = 'pending' AND {which}")


def forget_hints(server: BreakableServer) -> None:
    """What waits was hinted of long ago, and waited long enough: the sweeper's next round hints again."""
    long_ago = "hinted_at = now() - interval '1 day', updated_at = now() - interval '1 minute'"
    _change(server, f"due_at = now(), {long_ago} WHERE state IN ('uploaded', 'pending')")


def _change(server: BreakableServer, what: str) -> None:
    with psycopg.connect(server.embedded.stack.postgres.url, autocommit=True) as connection:
        connection.execute(f"UPDATE mediadock_asset SET {what}".encode())


def come_to_rest(striker: Striker, delivered: Delivered, report: Report) -> None:
    """Wait until everything is known and nothing unsettled; what failed is retried as a person would."""
    server = striker.server
    began = time.monotonic()

    def settled() -> bool:
        striker.revive()
        for row in rows(server, "SELECT id, owner_id, error_code FROM mediadock_asset WHERE state = 'failed'"):
            with suppress(OSError, HTTPException):
                server.api_of(row["owner_id"], "somebody").post(f"/assets/{row['id']}/retry/")
                report.retried[row["error_code"]] += 1
        return not rows(server, f"{_UNSETTLED} OR state = 'failed'") and not unheard_of()

    def unheard_of() -> set[str]:
        """What a machine put into the store by itself, and the sweeper has not found yet."""
        known = {row["file_name"] for row in rows(server, "SELECT DISTINCT file_name FROM mediadock_asset")}
        return delivered.must_arrive.keys() - known

    try:
        eventually(settled, within_s=SETTLE_S, every_s=0.5)
        eventually(
            lambda: not rows(server, "SELECT id FROM mediadock_outbox WHERE topic <> 'discard_again'"),
            within_s=SETTLE_S,
        )
    except AssertionError:
        _say("not everything came to rest in time\n")
    report.settled_after_s = time.monotonic() - began


def judge(striker: Striker, crowd: Crowd, report: Report, work: Path) -> None:
    server, delivered = striker.server, crowd.delivered
    for line in server.manage("sweep", "--orphans", "--delete", "--strangers", ORPHAN_GRACE="0").splitlines():
        report.swept[line.split()[0].strip(":")] += 1 if line.startswith(("object ", "multipart ")) else 0
    report.swept = +report.swept
    left = remains_of(server, delivered)
    report.states = Counter(asset["state"] for asset in left.assets)
    report.ways, report.tries = delivered.ways, delivered.tries
    report.wrong = complaints(left)
    wait_gone(striker.orphans(), within_s=20.0)
    report.wrong["is no decoder left over"] = [str(process) for process in striker.orphans()]
    report.wrong["is the work folder empty"] = [str(path) for path in folders_in(work)]


def _through(these: Embedded, wires: dict[str, Wire]) -> dict[str, str]:
    """The application's addresses of the servers behind, by way of the wires."""
    ports = these.stack.ports
    direct = {"postgres": ports.postgres, "redis": ports.redis, "seaweedfs": ports.s3}
    named = {"postgres": "MEDIADOCK_DATABASE_URL", "redis": "MEDIADOCK_REDIS_URL", "seaweedfs": "MEDIADOCK_S3_ENDPOINT"}
    return {
        variable: these.environment[variable].replace(f":{direct[name]}", f":{wires[name].port}")
        for name, variable in named.items()
    }


def _say(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def _counts(counted: Counter[str]) -> str:
    return ", ".join(f"{what} {count}" for what, count in sorted(counted.items())) or "none"
