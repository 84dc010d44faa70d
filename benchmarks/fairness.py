"""How much do 500 queued pictures of one user delay the single one of another?

The whole platform runs. Per round: single pictures of the modest user on the idle system, one after the other; then the
busy user sends 500 small pictures, and while those wait the modest user sends single ones again. A picture's time is
from when the server knew that it was in the store (which the store tells it before a client can) to when it was
done, by the server's own clock as its events tell, so that neither PUT nor polling is in it. Printed are the
medians, and how many of the crowd still waited when the last single one was done.

The delay is what a picture takes longer while the crowd waits. With as many jobs at once as cores, a picture waits for
one of them to end and then shares the cores with the rest: about once its own time is in the nature of it.

Ends with 1 if the delay is more than 1.5 times a picture's own time, or if the crowd was done too soon to be one.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from websockets.sync.client import ClientConnection, connect

from support.calls import call
from support.load import load_average
from support.photos import photo
from support.platform import COUNTED, Platform, running_platform
from support.users import User, make_users

TARGET = 1.5
WARM_UP = 4
HANDS = 8
SOON_S = 60.0
ALL_WITHIN_S = 240.0
ENDS = frozenset({"done", "failed"})
SHAPE = (640, 480)


@dataclass
class Measured:
    """Seconds of single pictures, each way, and what still waited after the last of each round."""

    alone_s: list[float] = field(default_factory=list)
    crowded_s: list[float] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)

    def delay(self) -> float:
        """How much longer it takes in a crowd, in times of its own."""
        alone_s = statistics.median(self.alone_s)
        return (statistics.median(self.crowded_s) - alone_s) / alone_s


@dataclass(frozen=True)
class Sender:
    """A user who sends to nobody else."""

    platform: Platform
    user: User

    def prepare(self, body: bytes) -> dict[str, Any]:
        """Leave to send a picture."""
        declared = {"file_name": "p.jpg", "file_size": len(body), "content_type": "image/jpeg"}
        return self.post("/chats/upload/prepare/", {"receiver_id": self.user.user_id, **declared})

    def send(self, grant: dict[str, Any], body: bytes) -> None:
        """Put it into the store and say so."""
        request = urllib.request.Request(grant["put_url"], body, grant["headers"], method="PUT")
        urllib.request.urlopen(request, timeout=SOON_S).close()
        self.post("/chats/upload/complete/", {"asset_id": grant["asset_id"]})

    def send_all(self, grants: Sequence[dict[str, Any]], body: bytes) -> None:
        """As many hands as suffice to be faster than the workers."""
        with ThreadPoolExecutor(HANDS) as hands:
            list(hands.map(lambda grant: self.send(grant, body), grants))

    def socket(self) -> ClientConnection:
        ticket = self.post("/auth/ws-ticket", None)["ticket"]
        return connect(f"{self.platform.ws_url}?ticket={ticket}")

    def post(self, path: str, body: object) -> dict[str, Any]:
        return call(self.platform, "POST", path, self.user.token, body)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crowd", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--singles", type=int, default=5)
    asked = parser.parse_args()
    measured = Measured()
    with running_platform(**COUNTED) as platform:
        users = make_users(platform, asked.rounds + 1)
        modest = Sender(platform, users[0])
        with modest.socket() as socket:
            for _ in range(WARM_UP):
                seconds_of_one(modest, socket, picture(0))
            for turn, user in enumerate(users[1:], 1):
                one_round(modest, socket, Sender(platform, user), asked, measured, body=picture(turn))
    return 0 if report(measured, asked) else 1


def picture(seed: int) -> bytes:
    return photo(*SHAPE, seed=seed)


def one_round(
    modest: Sender,
    socket: ClientConnection,
    busy: Sender,
    asked: argparse.Namespace,
    measured: Measured,
    *,
    body: bytes,
) -> None:
    """The same single picture alone, then while the crowd waits."""
    measured.alone_s += [seconds_of_one(modest, socket, body) for _ in range(asked.singles)]
    with busy.socket() as crowds_socket, ThreadPoolExecutor(1) as beside:
        crowd = [busy.prepare(body) for _ in range(asked.crowd)]
        done = beside.submit(done_times, crowds_socket, {grant["asset_id"] for grant in crowd})
        busy.send_all(crowd, body)
        measured.crowded_s += [seconds_of_one(modest, socket, body) for _ in range(asked.singles)]
        over = time.monotonic()
        measured.waiting.append(sum(moment > over for moment in done.result()))


def seconds_of_one(sender: Sender, socket: ClientConnection, body: bytes) -> float:
    """From uploaded to done, as the events of the asset tell."""
    grant = sender.prepare(body)
    sender.send(grant, body)
    deadline = time.monotonic() + SOON_S
    uploaded = None
    while True:
        data = json.loads(socket.recv(timeout=max(0.0, deadline - time.monotonic())))["data"]
        if data.get("asset_id") != grant["asset_id"]:
            continue
        if (data["stage"], data["processing_status"]) == ("processing", "queued"):
            uploaded = datetime.fromisoformat(data["updated_at"])
        if data["stage"] in ENDS:
            assert data["stage"] == "done", data["error"]
            assert uploaded is not None
            return (datetime.fromisoformat(data["updated_at"]) - uploaded).total_seconds()


def done_times(socket: ClientConnection, asset_ids: set[int]) -> list[float]:
    """When the frames came that said of each of these that it is done."""
    deadline, moments = time.monotonic() + ALL_WITHIN_S, []
    while asset_ids:
        data = json.loads(socket.recv(timeout=max(0.0, deadline - time.monotonic())))["data"]
        if data.get("asset_id") in asset_ids and data["stage"] in ENDS:
            assert data["stage"] == "done", data["error"]
            asset_ids.discard(data["asset_id"])
            moments.append(time.monotonic())
    return moments


def report(measured: Measured, asked: argparse.Namespace) -> bool:
    """Print the medians; whether the target is met."""
    show: Callable[[Sequence[float]], str] = lambda times: (  # noqa: E731
        f"median {1000 * statistics.median(times):.0f} ms, {1000 * min(times):.0f} to {1000 * max(times):.0f}"
    )
    print(f"uploaded -> done, {SHAPE[0]} x {SHAPE[1]}, {len(measured.alone_s)} times each, load {load_average()}")
    print(f"  alone                      {show(measured.alone_s)} ms")
    print(f"  while {asked.crowd} of another wait  {show(measured.crowded_s)} ms")
    print(f"  of the crowd still waited when the last of a round was ready: {measured.waiting}")
    crowded = min(measured.waiting) > asked.crowd // 10
    met = crowded and measured.delay() <= TARGET
    why = "" if crowded else " (the crowd was done too soon to be one)"
    print(
        f"  delayed by {measured.delay():.2f} times its own time (at most {TARGET}): {'met' if met else 'missed'}{why}",
        flush=True,
    )
    return met


if __name__ == "__main__":
    sys.exit(main())
