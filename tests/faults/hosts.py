"""The host's backend in all this: it is told by webhook what becomes of everything, and what it was told is judged.

It refuses now and then. What it was told is held against the events of the users, which are another record of the
same facts, and against the log of deliveries.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import psycopg
from standardwebhooks import Webhook

from faults.strikes import Striker
from faults.verdict import TERMINAL, rows
from mediadock.webhooks.crashpoints import POINTS
from stack.breakable import BreakableServer
from stack.receiver import Received, Receiver, run_receiver
from stack.waiting import eventually

PATIENT = MappingProxyType({"WEBHOOK_RETRIES": ",".join(["0.3"] * 99), "WEBHOOK_TIMEOUT": "5"})
"""Settings by which nothing is given up while anything is struck."""

_REFUSED = (["unwell"] + ["good"] * 4) * 20
_STATUS = {"good": 204, "unwell": 500, "gone": 410}
_ENDS = TERMINAL | {"deleted"}
_REST_S = 60.0
Row = Mapping[str, Any]


@dataclass
class Backend:
    """Who wants everything, and endpoints of its own for what an operator does to endpoints."""

    server: BreakableServer
    receiver: Receiver
    secret: str
    endpoint: int

    def comes_to_rest(self, striker: Striker) -> None:
        """Wait until nothing waits. What the dead have in hand is due at once, when nobody living has anything."""
        self.server.stop("relay", "sweeper")
        self._change("due_at = now() WHERE state = 'pending'")
        striker.revive()
        with suppress(AssertionError):  # what waits still is complained of
            eventually(lambda: not self._deliveries("delivery.state = 'pending'"), within_s=_REST_S, every_s=0.5)

    def complaints(self) -> dict[str, list[str]]:
        """What is wrong with what it was told, by the question."""
        told = self._told()
        deliveries = self._deliveries("true")
        return {
            "is the backend told all that happened and nothing else": list(self._made_up_or_lost(deliveries, told)),
            "is it told again what it was told, under the same id and signed": list(self._changed(deliveries, told)),
            "is it told of each thing in its order": list(_shuffled(deliveries, told)),
            "is the log of its deliveries right": list(self._badly_logged(deliveries, told)),
            "is its endpoint well": self._unwell(),
        }

    def ways(self, send: Callable[[], None], marks: str) -> Mapping[Callable[[], None], tuple[str, ...]]:
        """What is done for the sake of webhooks, and which of their points it passes; see ``Tour``."""
        operated = Operated(self.server, self.receiver.url, self.secret, marks)
        return {
            _again(send): points("webhook_recorded", "webhook_taken", "webhook_attempted", "webhook_reported"),
            operated.is_gone: points("webhook_given_up"),
            operated.is_switched: points("webhook_endpoint"),
            operated.is_replayed: points("webhook_replayed"),
            operated.grows_old: points("webhook_forgotten", "webhook_removed"),
        }

    def _told(self) -> dict[str, list[Received]]:
        """All requests, by their id; this endpoint's are those at its path."""
        told = defaultdict(list)
        for one in list(self.receiver.received):
            if one.path == "/hooks":
                told[one.id].append(one)
        return told

    def _deliveries(self, which: str) -> list[dict[str, Any]]:
        query = f"""
            SELECT delivery.id, delivery.state, delivery.attempts, message.key, message.type, message.subject,
                   message.body, ARRAY(SELECT status FROM mediadock_webhook_attempt AS attempt
                                        WHERE attempt.delivery_id = delivery.id) AS statuses
              FROM mediadock_webhook_delivery AS delivery
              JOIN mediadock_webhook_message AS message ON message.id = delivery.message_id
             WHERE delivery.endpoint_id = {self.endpoint} AND {which} ORDER BY delivery.id
        """
        return rows(self.server, query)

    def _made_up_or_lost(self, deliveries: list[dict[str, Any]], told: Mapping[str, list[Received]]) -> Iterator[str]:
        happened = happenings(rows(self.server, "SELECT * FROM mediadock_event ORDER BY user_id, seq"))
        written = Counter((row["subject"], row["type"]) for row in deliveries)
        for what, count in (happened - written).items():
            yield f"{what} happened and is not written down, {count} times"
        for what, count in (written - happened).items():
            yield f"{what} is written down and did not happen, {count} times"
        good = {key for key, requests in told.items() if any(one.answered == "good" for one in requests)}
        for row in deliveries:
            if row["state"] != "delivered" or row["key"] not in good:
                sent = f"{len(told[row['key']])} times sent"
                yield f"{row['key']} ({row['type']} of {row['subject']}) is {row['state']}, {sent}"
        for key in told.keys() - {row["key"] for row in deliveries}:
            yield f"{key} was sent, and nothing of it is written down"

    def _changed(self, deliveries: list[dict[str, Any]], told: Mapping[str, list[Received]]) -> Iterator[str]:
        for row in deliveries:
            for one in told[row["key"]]:
                if one.body != row["body"].encode():
                    yield f"{row['key']}: another body than is written down was sent"
                sent_at = datetime.fromtimestamp(int(one.headers["webhook-timestamp"]), UTC)
                signature = Webhook(self.secret).sign(one.id, sent_at, one.body.decode())
                if one.headers["webhook-signature"] != signature:
                    yield f"{row['key']} was sent with a wrong signature"

    def _badly_logged(self, deliveries: list[dict[str, Any]], told: Mapping[str, list[Received]]) -> Iterator[str]:
        """What came of each request is logged, but for those whose sender died; each attempt is counted before it."""
        for row in deliveries:
            answered = Counter(_STATUS[one.answered] for one in told[row["key"]])
            logged = Counter(status for status in row["statuses"] if status is not None)
            if logged - answered or not logged[204]:
                yield f"{row['key']}: {dict(logged)} is logged, and {dict(answered)} was answered"
            if max(answered.total(), len(row["statuses"])) > row["attempts"]:
                yield f"{row['key']}: {row['attempts']} attempts are counted, {answered.total()} came"

    def _unwell(self) -> list[str]:
        query = f"SELECT disabled_reason, failing_since FROM mediadock_webhook_endpoint WHERE id = {self.endpoint}"
        [row] = rows(self.server, query)
        return [f"{dict(row)}"] if row["disabled_reason"] or row["failing_since"] else []

    def _change(self, what: str) -> None:
        with psycopg.connect(self.server.embedded.stack.postgres.url, autocommit=True) as connection:
            connection.execute(f"UPDATE mediadock_webhook_delivery SET {what}".encode())


@dataclass
class Operated:
    """What becomes of endpoints and of what was sent; whoever does it may die of it.

    The endpoints are put where they belong by themselves: a command takes seconds to start.
    """

    server: BreakableServer
    url: str
    secret: str
    marks: str

    def is_gone(self) -> None:
        """A backend answers 410, which disables its endpoint."""
        with run_receiver() as receiver:
            receiver.behaviour = "gone"
            endpoint = self._told(receiver.url)
            disabled = f"endpoint WHERE id = {endpoint} AND disabled_at IS NOT NULL"
            eventually(lambda: self._has(disabled), within_s=_REST_S)

    def is_switched(self) -> None:
        """Disabled, by somebody who dies of it."""
        self._manage("disable", str(self._told(self.url + "/switched")), dies_at=points("webhook_endpoint"))

    def is_replayed(self) -> None:
        """Sent again what was given up, by somebody who dies of it."""
        endpoint = self._told(self.url + "/replayed", state="given_up")
        words = ("replay", "--since", "1h", "--endpoint", str(endpoint))
        self._manage(*words, dies_at=points("webhook_replayed"))

    def grows_old(self) -> None:
        """What was sent a month ago is forgotten by the next relay that starts, or the one after it."""
        endpoint = self._told(self.url + "/old", state="delivered", days=31)
        with suppress(KeyError, ProcessLookupError):  # somebody else has just killed it
            os.killpg(self.server.supervisor.pid("relay"), signal.SIGKILL)
        eventually(lambda: not self._has(f"delivery WHERE endpoint_id = {endpoint}"), within_s=_REST_S)

    def _told(self, url: str, *, state: str = "pending", days: int = 0) -> int:
        """An endpoint that wants nothing of what happens, with one delivery of so many days ago."""
        with psycopg.connect(self.server.embedded.stack.postgres.url, autocommit=True) as connection:
            values = {"url": url, "secret": self.secret, "key": f"msg_{uuid4().hex}", "state": state, "days": days}
            row = connection.execute(_TOLD, values).fetchone()
        assert row is not None
        return int(row[0])

    def _has(self, what: str) -> bool:
        return bool(rows(self.server, f"SELECT id FROM mediadock_webhook_{what}"))

    def _manage(self, *words: str, dies_at: tuple[str, ...]) -> None:
        orders = {"CRASH_AT": ",".join(dies_at), "CRASH_MARKS": self.marks}
        with suppress(AssertionError, subprocess.TimeoutExpired):
            self.server.manage("webhooks", *words, **orders)


_TOLD = """
    WITH endpoint AS (
        INSERT INTO mediadock_webhook_endpoint (url, secret, types) VALUES (%(url)s, %(secret)s, '{practice.only}')
        RETURNING id
    ), message AS (
        INSERT INTO mediadock_webhook_message (key, type, subject, body, created_at)
        VALUES (%(key)s, 'practice.only', %(key)s, '{}', now() - make_interval(days => %(days)s)) RETURNING id
    )
    INSERT INTO mediadock_webhook_delivery (endpoint_id, message_id, subject, state)
    SELECT endpoint.id, message.id, %(key)s, %(state)s FROM endpoint, message RETURNING endpoint_id
"""


@contextmanager
def backend_of(server: BreakableServer) -> Iterator[Backend]:
    """One that listens, and is told from now on."""
    with run_receiver() as receiver:
        receiver.first.extend(_REFUSED)
        added = json.loads(server.manage("webhooks", "add", receiver.url, "--json"))
        yield Backend(server, receiver, added["secret"], added["endpoint"])


def points(*names: str) -> tuple[str, ...]:
    """The points of these commits and calls."""
    found = tuple(point for name in names for point in POINTS if point.partition(".")[0] == name)
    assert {point.partition(".")[0] for point in found} == set(names)
    return found


def happenings(events: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """Subject and type of every milestone, as the events of the users have it: each asset's by one of its users."""
    moves: dict[tuple[int, int], list[str]] = defaultdict(list)
    sent: set[tuple[str, str]] = set()
    for event in events:
        data = event["data"]
        if event["asset_id"] is not None:
            what = "deleted" if data["stage"] == "deleted" else data["state"]
            moves[event["asset_id"], event["user_id"]].append(what)
        if data.get("message_id") and data.get("message_status") == "sent" and data["stage"] != "deleted":
            sent.add((f"message:{data['message_id']}", "message.sent"))
        if event["type"] == "post_update" and data["status"] == "published":
            sent.add((f"post:{data['postId']}", "post.published"))
    by_asset = {asset_id: states for (asset_id, _), states in moves.items()}
    milestones = Counter(sent)
    for asset_id, states in by_asset.items():
        milestones.update((f"asset:{asset_id}", type_) for type_ in _milestones(states))
    return milestones


def _milestones(states: list[str]) -> Iterator[str]:
    """It is uploaded once; each end that it comes to is told."""
    if "uploaded" in states:
        yield "asset.uploaded"
    yield from (f"asset.{state}" for state in states if state in _ENDS)


def _shuffled(deliveries: list[dict[str, Any]], told: Mapping[str, list[Received]]) -> Iterator[str]:
    place = {key: nth for nth, key in enumerate(told)}  # in the order in which each came first
    latest: dict[str, Row] = {}
    for row in deliveries:
        before = latest.get(row["subject"])
        if before is not None and place.get(before["key"], -1) > place.get(row["key"], len(place)):
            yield f"of {row['subject']} {row['type']} came before {before['type']}"
        latest[row["subject"]] = row


def _again(way: Callable[[], None]) -> Callable[[], None]:
    """The same as a way of its own: ways are told apart by who does them."""

    def again() -> None:
        way()

    return again
