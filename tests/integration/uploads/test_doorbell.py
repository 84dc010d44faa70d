"""Many rings at once are few messages, and every user is named in one of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest
import redis
from redis.client import PubSub

from mediadock.uploads.doorbell import (
    EVENTS_CHANNEL,
    OUTBOX_CHANNEL,
    channel_here,
    ring_relay_on_commit,
    ring_users_on_commit,
    send_frame,
)
from stack.embedded import Embedded
from stack.waiting import eventually

USERS = range(10**12, 10**12 + 500)
"""Nobody else's in this run."""


@pytest.fixture
def listener(stack: Embedded, django_schema: None) -> Iterator[PubSub]:
    """What both channels say from now on."""
    with redis.Redis.from_url(stack.in_process_environment["MEDIADOCK_REDIS_URL"]) as client:
        heard = client.pubsub()
        heard.subscribe(channel_here(EVENTS_CHANNEL), channel_here(OUTBOX_CHANNEL))
        for _ in range(2):
            assert (heard.get_message(timeout=30) or {})["type"] == "subscribe"
        yield heard
        heard.close()


def test_rings_that_come_together_are_told_together(listener: PubSub) -> None:
    for user in USERS:
        ring_users_on_commit([user])
    named: list[list[int]] = []
    eventually(lambda: set(USERS) <= {user for users in hear(listener, named) for user in users})
    assert sum(len(users) for users in named) == len(USERS)
    assert len(named) < len(USERS) / 2


def hear(listener: PubSub, named: list[list[int]]) -> list[list[int]]:
    """The messages for our users so far, the next one among them where there is one."""
    message = listener.get_message(timeout=0.1)
    if message is not None and message["channel"].decode() == channel_here(EVENTS_CHANNEL):
        users = [user for user in json.loads(message["data"])["users"] if user in USERS]
        named.extend([users] if users else [])
    return named


def test_the_order_of_what_is_told_is_kept(listener: PubSub) -> None:
    mark, user = uuid4().hex, USERS[0]
    for number in range(3):
        send_frame([user], {"type": "test_update", "data": {"mark": mark, "number": number}})
        ring_users_on_commit([user])
        ring_relay_on_commit()
    told: list[str] = []
    while told.count("user") < 3 or told[-1] != "relay":
        message = listener.get_message(timeout=30)
        assert message is not None
        told.extend(said_to(user, mark, message))
    assert [said for said in told if said != "relay"] == ["0", "user", "1", "user", "2", "user"]
    assert {told[at + 1] for at, said in enumerate(told) if said == "user"} == {"relay"}


def said_to(user: int, mark: str, message: Mapping[str, Any]) -> list[str]:
    """A word for what a message says to this user or the relay; none for what another test or process says."""
    if message["channel"].decode() == channel_here(OUTBOX_CHANNEL):
        return ["relay"]
    said = json.loads(message["data"])
    if said["users"] != [user]:
        return []
    return [
        str(said["frame"]["data"]["number"]) if said.get("frame", {}).get("data", {}).get("mark") == mark else "user"
    ]
