"""Do 1,000 WebSocket clients see every stored event exactly once, soon, while 30 % of them lose their connection?

The platform's web and socket processes run. Every client is a user of its own; a process of its own commits events at
a steady pace, each for two users. Connections are reset (TCP RST) at random moments, once or twice each, and come
back within two seconds with the last ``seq``. In the end what every client saw is compared with ``GET /events/``.
A push is a frame that comes to a socket that was open before its event was committed; its time is from the commit to
the frame in the client, whose one process shares the cores with all the others.

Ends with 1 if an event is missing, comes twice or out of order, or if the p95 of a push is over its target.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import statistics
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from support.calls import call
from support.happenings import AUDIENCE, run_happenings
from support.load import load_average
from support.platform import COUNTED, Platform, running_platform
from support.users import User, make_users

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from stack.crowd import Crowd, Reader  # the tests' own, so that both cut the same way

TARGET_P95_MS = 500.0
CUT_SHARE = 0.3
ARRIVES_WITHIN_S = 120.0
CATCHES_UP_WITHIN_S = 60.0
SOCKETS_PER_USER = "1000"
PAGE = 1000
FEW_FILES = 4096

Numbers = list[tuple[int, int]]
"""The ``seq`` and the number of each event of one user."""


@dataclass(frozen=True)
class Outcome:
    """What was committed when, what PostgreSQL has, and the readers with what they saw."""

    committed: Mapping[int, float]
    kept: Mapping[int, Numbers]
    readers: Sequence[Reader]

    def wrong(self) -> list[int]:
        """Users who did not see exactly what is kept of them."""
        return [one.user_id for one in self.readers if numbers_of(one) != self.kept[one.user_id]]

    def pushes_ms(self) -> list[float]:
        """Of all frames that were pushed, sorted."""
        frames = [frame for reader in self.readers for frame in reader.seen]
        moments = [(frame, self.committed[frame.data["number"]]) for frame in frames]
        return sorted((frame.arrived - commit) * 1000 for frame, commit in moments if commit >= frame.opened)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--per-second", type=float, default=100.0)
    parser.add_argument("--seed", type=int, default=20260611)
    asked = parser.parse_args()
    allow_files()
    settings = {**COUNTED, "sockets_per_user": SOCKETS_PER_USER}
    with running_platform(only=frozenset({"web", "socket"}), **settings) as platform:
        before = memory_mib(platform, "VmRSS")
        outcome = asyncio.run(live_through(platform, make_users(platform, asked.clients), asked))
        after, peak = memory_mib(platform, "VmRSS"), memory_mib(platform, "VmHWM")
    print(
        f"{asked.clients} clients, {asked.per_second:.0f} events/s of {AUDIENCE} users each for {asked.seconds:.0f} s"
    )
    print(f"  seed {asked.seed}, load average {load_average()}")
    print(f"  socket process: {before:.0f} MiB before, {after:.0f} MiB at the end, at most {peak:.0f} MiB")
    return 0 if report(outcome) else 1


def allow_files() -> None:
    """As many open files as the system lets us have; the servers inherit it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if 0 <= most < FEW_FILES:
        raise SystemExit(f"{most} open files are too few: ulimit -n {FEW_FILES}")


async def live_through(platform: Platform, users: Sequence[User], asked: argparse.Namespace) -> Outcome:
    """Everybody arrives, events happen, connections are cut, everybody catches up and leaves."""
    chance = random.Random(asked.seed)
    readers = [Reader(platform.ws_url, user.user_id, user.token) for user in users]
    crowd = Crowd(readers, chance)
    await crowd.arrive(within_s=ARRIVES_WITHIN_S)
    committed, _ = await asyncio.gather(
        run_happenings(
            platform,
            [user.user_id for user in users],
            per_second=asked.per_second,
            seconds=asked.seconds,
            seed=asked.seed,
        ),
        crowd.suffer(share=CUT_SHARE, busy_s=asked.seconds),
    )
    kept = await asyncio.to_thread(kept_of_all, platform, users)
    last_seqs = {user_id: numbers[-1][0] for user_id, numbers in kept.items() if numbers}
    await crowd.catch_up(last_seqs, within_s=CATCHES_UP_WITHIN_S)
    await crowd.leave()
    return Outcome(committed, kept, readers)


def kept_of_all(platform: Platform, users: Sequence[User]) -> dict[int, Numbers]:
    """By ``GET /events/``."""
    with ThreadPoolExecutor(4) as hands:
        return dict(
            zip((user.user_id for user in users), hands.map(lambda u: kept_of(platform, u), users), strict=True)
        )


def kept_of(platform: Platform, user: User) -> Numbers:
    """All events of one user, page by page."""
    numbers: Numbers = []
    while True:
        after = numbers[-1][0] if numbers else 0
        items = call(platform, "GET", f"/events/?after={after}&limit={PAGE}", user.token)["items"]
        numbers += [(item["seq"], item["data"]["number"]) for item in items]
        if len(items) < PAGE:
            return numbers


def numbers_of(reader: Reader) -> Numbers:
    """What a reader saw, in the order in which it came."""
    return [(frame.seq, frame.data["number"]) for frame in reader.seen]


def memory_mib(platform: Platform, field: str) -> float:
    """Of the socket process: ``VmRSS`` now, ``VmHWM`` at most."""
    lines = Path(f"/proc/{platform.pid('socket')}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field + ":"))


def report(outcome: Outcome) -> bool:
    """Print all of it; whether the targets are met."""
    readers, wrong, pushes = outcome.readers, outcome.wrong(), outcome.pushes_ms()
    frames = sum(len(reader.seen) for reader in readers)
    cut = sum(reader.resets > 0 for reader in readers)
    opened = sorted(1000 * wait for reader in readers for wait in reader.opened_in_s)
    ends = dict(sum((reader.ends for reader in readers), Counter[str]()))
    stored = sum(map(len, outcome.kept.values()))
    p95 = percentile(pushes, 0.95)
    print(f"  {cut} clients were cut, {sum(reader.resets for reader in readers)} times; other ends: {ends or 'none'}")
    print(f"  a socket opened in {statistics.median(opened):.0f} ms, p95 {percentile(opened, 0.95):.0f} ms")
    print(f"  {stored} rows for {len(outcome.committed)} events; {frames} frames, {frames - len(pushes)} by replay")
    print(f"  clients that did not see each of their events exactly once, in order: {len(wrong)} {wrong[:5]}")
    print(
        f"  commit -> frame: median {statistics.median(pushes):.1f} ms, p95 {p95:.1f} ms, "
        f"p99 {percentile(pushes, 0.99):.1f} ms, worst {pushes[-1]:.0f} ms (target p95 below {TARGET_P95_MS:.0f})"
    )
    complete = stored == AUDIENCE * len(outcome.committed) and not wrong
    print(f"  {'met' if complete and p95 < TARGET_P95_MS else 'missed'}", flush=True)
    return complete and p95 < TARGET_P95_MS


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which ``share`` of these lie."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


if __name__ == "__main__":
    sys.exit(main())
