"""Events that are pruned before a client has seen them: the page and the socket tell it, and what is left arrives."""

from __future__ import annotations

import socket as sockets_of_the_system
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect

from integration.realtime.realtime_client import Person, SocketServer, frame, opened, seqs
from mediadock.uploads.services.prune import prune_events
from stack.aged import age, history
from stack.client import Api


def forget(user_id: int, up_to: int) -> None:
    """The events up to this one are pruned, as they are after the retention."""
    age(user_id, up_to=up_to, days=100)
    prune_events()


def hint(after: int, first_seq: int) -> dict[str, Any]:
    return {"type": "events_pruned", "seq": None, "data": {"after": after, "first_seq": first_seq}}


@pytest.mark.parametrize(("after", "seqs_told"), [(0, [6, 7]), (4, [6, 7]), (5, [6, 7]), (6, [7, 8]), (8, []), (9, [])])
def test_every_page_says_which_is_the_oldest_and_which_the_last(alice: Api, after: int, seqs_told: list[int]) -> None:
    assert alice.user_id is not None
    history(alice.user_id, 8)
    forget(alice.user_id, up_to=5)
    page = alice.get(f"/events/?after={after}&limit=2").json()
    assert [event["seq"] for event in page["items"]] == seqs_told
    assert (page["first_seq"], page["last_seq"]) == (6, 8)


def test_the_first_event_of_somebody_new_is_the_one_that_will_come(alice: Api) -> None:
    assert alice.get("/events/?after=0&limit=1").json() == {"items": [], "first_seq": 1, "last_seq": 0}


@pytest.mark.parametrize(("after", "is_told"), [(0, True), (4, True), (5, False), (6, False)])
def test_a_socket_is_told_of_what_is_gone_before_the_first_event_that_is_left(
    sockets: SocketServer, person: Person, after: int, is_told: bool
) -> None:
    history(person.user_id, 8)
    forget(person.user_id, up_to=5)
    with opened(sockets, person, after=after) as socket:
        if is_told:
            assert frame(socket) == hint(after, 6)
        first = max(after + 1, 6)
        assert seqs(socket, 9 - first) == list(range(first, 9))
        person.event()
        assert frame(socket)["seq"] == 9


def test_a_socket_that_has_seen_everything_is_told_nothing_when_it_is_pruned(
    sockets: SocketServer, person: Person
) -> None:
    history(person.user_id, 5)
    with opened(sockets, person, after=0) as socket:
        assert seqs(socket, 5) == [1, 2, 3, 4, 5]
        forget(person.user_id, up_to=5)
        person.event()
        assert frame(socket)["seq"] == 6


def test_a_replay_whose_events_are_pruned_meanwhile_goes_on_with_those_that_are_left(
    sockets: SocketServer, person: Person
) -> None:
    """Its reader is slow: the server is some hundred of these events ahead of it, and reads the others later."""
    length, left = 1000, 50
    history(person.user_id, length, size_bytes=30_000)
    narrowly: dict[str, Any] = {"sock": narrow(sockets.url()), "max_queue": 1, "compression": None}
    with connect(sockets.url(after=0), subprotocols=person.subprotocols(), **narrowly) as socket:
        told = [frame(socket)]
        forget(person.user_id, up_to=length - left)
        while told[-1]["seq"] != length:
            told.append(frame(socket))
        person.event()
        assert frame(socket)["seq"] == length + 1
    (at,) = (place for place, one in enumerate(told) if one["seq"] is None)
    last_seen = told[at - 1]["seq"]
    assert told[at] == hint(last_seen, length - left + 1)
    assert [one["seq"] for one in told[:at]] == list(range(1, last_seen + 1))
    assert [one["seq"] for one in told[at + 1 :]] == list(range(length - left + 1, length + 1))


def narrow(url: str) -> sockets_of_the_system.socket:
    """A connection that takes little before its reader has read it."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    made = sockets_of_the_system.socket()
    made.setsockopt(sockets_of_the_system.SOL_SOCKET, sockets_of_the_system.SO_RCVBUF, 32 * 1024)
    made.connect((parts.hostname, parts.port or 80))
    return made
