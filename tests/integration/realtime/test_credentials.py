"""Who may open a socket, and for how long it stays open."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from integration.realtime.realtime_client import ORIGIN, Person, SocketServer, close_code, frame, opened, refusal
from stack.waiting import eventually


def test_a_ticket_opens_a_socket_with_an_origin_of_ours_or_none(sockets: SocketServer, person: Person) -> None:
    person.event()
    for origin in (ORIGIN, None):
        with connect(sockets.url(after=0, ticket=person.ticket()), origin=origin) as socket:
            assert frame(socket)["seq"] == 1


def test_a_ticket_works_once_however_many_try(sockets: SocketServer, person: Person) -> None:
    person.event()
    url = sockets.url(after=0, ticket=person.ticket())

    def attempt(_: int) -> int | None:
        with connect(url) as socket:
            try:
                return frame(socket)["seq"]
            except ConnectionClosed:
                return close_code(socket)

    with ThreadPoolExecutor(10) as racers:
        outcomes = sorted(racers.map(attempt, range(10)))
    assert outcomes == [1] + [4401] * 9
    assert refusal(url) == 4401


def test_a_ticket_lives_thirty_seconds_and_no_longer(sockets: SocketServer, person: Person) -> None:
    with redis.Redis.from_url(sockets.redis_url) as client:
        before, began = set(client.keys("mediadock:ws-ticket:*")), time.monotonic()
        ticket = person.ticket()
        (name,) = set(client.keys("mediadock:ws-ticket:*")) - before
        assert ticket.encode() not in name
        left_s = client.pttl(name) / 1000
        assert began + 29 <= time.monotonic() + left_s
        assert left_s <= 30
        client.pexpire(name, 1)
        eventually(lambda: not client.exists(name))
    assert refusal(sockets.url(ticket=ticket)) == 4401


def test_a_token_as_a_subprotocol_opens_a_socket_and_is_not_repeated(sockets: SocketServer, person: Person) -> None:
    with connect(sockets.url(after=0), subprotocols=person.subprotocols(), origin=ORIGIN) as socket:
        assert socket.subprotocol == "mediadock"
        person.event()
        assert frame(socket)["seq"] == 1


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://chat.example", "https://chat.example.evil.example"]
)
def test_a_page_of_another_address_is_told_4403_whatever_it_has(
    sockets: SocketServer, person: Person, origin: str
) -> None:
    assert refusal(sockets.url(ticket=person.ticket()), origin=origin) == 4403
    assert refusal(sockets.url(), subprotocols=person.subprotocols(), origin=origin) == 4403


def test_without_good_credentials_a_socket_is_closed_with_4401(sockets: SocketServer, person: Person) -> None:
    assert refusal(sockets.url()) == 4401
    assert refusal(sockets.url(ticket="")) == 4401
    assert refusal(sockets.url(ticket="x" * 5000)) == 4401
    assert refusal(sockets.url(ticket="nonsense"), subprotocols=person.subprotocols()) == 4401
    assert refusal(sockets.url(token=person.token())) == 4401
    assert refusal(sockets.url(), subprotocols=["mediadock"]) == 4401
    assert refusal(sockets.url(), subprotocols=["mediadock", "bearer.nonsense"]) == 4401
    assert refusal(sockets.url(), subprotocols=[*person.subprotocols(), "bearer.another"]) == 4401
    assert refusal(sockets.url(), subprotocols=person.subprotocols(use="refresh")) == 4401
    assert refusal(sockets.url(), subprotocols=person.subprotocols(lifetime_s=10, age_s=41)) == 4401


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "", "1e3", "9" * 19, "٣"])
def test_an_after_that_is_no_number_is_refused(sockets: SocketServer, person: Person, after: str) -> None:
    assert refusal(sockets.url(after=after, ticket=person.ticket())) == 4400


def test_parameters_that_are_not_ours_are_passed_over_however_many(sockets: SocketServer, person: Person) -> None:
    person.event()
    with opened(sockets, person, after=0, **{f"further_{number}": "" for number in range(40)}) as socket:
        assert frame(socket)["seq"] == 1


def test_an_open_socket_ends_with_its_token(sockets: SocketServer, person: Person) -> None:
    ends_at = int(time.time()) + 3
    with connect(sockets.url(), subprotocols=person.subprotocols(lifetime_s=3)) as socket:
        assert close_code(socket) == 4401
        assert time.time() >= ends_at


def test_other_paths_are_no_sockets(sockets: SocketServer, person: Person) -> None:
    with pytest.raises(InvalidStatus):
        refusal(sockets.url().replace("/ws/events/", "/ws/other/"), subprotocols=person.subprotocols())


def test_the_address_without_its_last_slash_is_the_same(sockets: SocketServer, person: Person) -> None:
    with connect(sockets.url(after=0).replace("events/?", "events?"), subprotocols=person.subprotocols()) as socket:
        person.event()
        assert frame(socket)["seq"] == 1


def test_a_good_socket_stays_open(sockets: SocketServer, person: Person) -> None:
    with opened(sockets, person) as socket:
        time.sleep(3)
        person.event()
        assert frame(socket)["seq"] == 1
