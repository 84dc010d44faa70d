"""Servers that go away under open sockets: every event still comes, once, in order."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
import redis
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from integration.realtime.realtime_client import Person, SocketServer, close_code, first_seq, frame, opened, seqs
from stack.client import call
from stack.waiting import eventually


def stop(server: SocketServer) -> None:
    server.supervisor.stop_program("redis")


def stall(server: SocketServer) -> None:
    os.kill(server.supervisor.pid("redis"), signal.SIGSTOP)


def empty(server: SocketServer) -> None:
    with redis.Redis.from_url(server.redis_url) as client:
        client.flushall()
    silence(server)


def silence(server: SocketServer) -> None:
    """Cut every subscriber off."""
    with redis.Redis.from_url(server.redis_url) as client:
        client.client_kill_filter(_type="pubsub")


MOST_SOCKETS = 20
"""Of one user."""
PROGRESS = {"type": "t", "seq": None, "data": {"asset_id": 1}}


def progress_of(*users: Person | str | int) -> str:
    """A wake-up that is forwarded as it is, or is lost."""
    return json.dumps({"users": [getattr(user, "user_id", user) for user in users], "frame": PROGRESS})


def wakeups(server: SocketServer) -> str:
    """Who tells the server to look: ``redis`` or ``polling``."""
    health = call("GET", f"http://127.0.0.1:{server.port}/healthz").json()
    assert health["status"] == "ok"
    return str(health["wakeups"])


@pytest.mark.parametrize("break_redis", [stop, stall, empty])
def test_without_redis_events_still_come_by_comparison(
    fragile: SocketServer, person: Person, break_redis: Callable[[SocketServer], None]
) -> None:
    try:
        with opened(fragile, person, after=0) as socket:
            break_redis(fragile)
            for number in range(5):
                person.event(number=number)  # its doorbell rings at another Redis: nobody tells this process
            assert [frame(socket)["seq"] for _ in range(5)] == [1, 2, 3, 4, 5]
        with opened(fragile, person, after=3) as late:  # a token needs no Redis
            assert seqs(late, 2) == [4, 5]
    finally:
        if break_redis is stall:
            os.kill(fragile.supervisor.pid("redis"), signal.SIGCONT)


def test_after_an_absence_of_redis_wake_ups_are_heard_again(fragile: SocketServer, person: Person) -> None:
    with opened(fragile, person) as socket:
        eventually(lambda: wakeups(fragile) == "redis")
        silence(fragile)
        with redis.Redis.from_url(fragile.redis_url) as client:
            eventually(lambda: client.publish("mediadock:events", progress_of(person)) == 1)
        assert frame(socket) == PROGRESS


def test_a_ticket_that_cannot_be_looked_up_means_try_again_and_health_tells_why(fragile: SocketServer) -> None:
    eventually(lambda: wakeups(fragile) == "redis")
    stop(fragile)
    eventually(lambda: wakeups(fragile) == "polling")
    with connect(fragile.url(ticket="any")) as socket:
        assert close_code(socket) == 1013


def test_wake_ups_that_are_nonsense_disturb_nobody(fragile: SocketServer, person: Person) -> None:
    nonsense = [
        "",
        "{",
        "[]",
        "1",
        "null",
        "\x00",
        '{"users": 1}',
        '{"users": [1], "frame": 7}',
        '{"users": [null, "x", 9]}',
    ]
    with opened(fragile, person, after=0) as socket, redis.Redis.from_url(fragile.redis_url) as client:
        eventually(lambda: wakeups(fragile) == "redis")
        for message in nonsense:
            client.publish("mediadock:events", message)
        client.publish("mediadock:events", progress_of("x", person, 9))
        assert frame(socket) == PROGRESS  # nothing but a subscription that was never lost brings it
        person.event()
        client.publish("mediadock:events", json.dumps({"users": ["x", person.user_id, 9]}))
        assert frame(socket)["seq"] == 1


def test_when_postgresql_drops_its_connections_nothing_is_lost(
    sockets: SocketServer, person: Person, database_url: str
) -> None:
    with opened(sockets, person, after=0) as socket, psycopg.connect(database_url, autocommit=True) as admin:
        for number in range(5):
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mediadock-realtime'"
            )
            person.event(number=number)
            assert frame(socket)["seq"] == number + 1


def test_an_event_that_cannot_be_shown_holds_nobody_up(sockets: SocketServer, person: Person) -> None:
    person.event(variants={"240": {}}, kind="no such kind")
    person.event(fine=True)
    with opened(sockets, person, after=0) as socket:
        assert frame(socket)["seq"] == 2


def test_a_server_that_stops_lets_its_sockets_go_and_its_successor_goes_on(
    own_sockets: SocketServer, sockets: SocketServer, person: Person
) -> None:
    with opened(own_sockets, person, after=0) as socket:
        person.event()
        assert frame(socket)["seq"] == 1
        os.kill(own_sockets.supervisor.pid(own_sockets.name), signal.SIGTERM)
        assert close_code(socket) in (1012, None)  # granian closes connections before it tells us to stop
    person.event()
    with opened(sockets, person, after=1) as socket:
        assert frame(socket)["seq"] == 2


def read_to_the_end(socket: ClientConnection) -> list[int]:
    """What was still on its way when the server let go: in order, without a gap."""
    read: list[int] = []
    try:
        while True:
            read.append(frame(socket)["seq"])
    except ConnectionClosed:
        assert read == list(range(1, len(read) + 1))
        return read


@pytest.mark.slow
def test_a_reader_that_is_stuck_is_let_go_and_gets_everything_later(sockets: SocketServer, person: Person) -> None:
    for number in range(200):
        person.event(number=number, ballast="x" * 100_000)
    patient: dict[str, Any] = {"max_queue": 1, "close_timeout": 1, "ping_interval": None}
    with connect(sockets.url(after=0), subprotocols=person.subprotocols(), **patient) as stuck, ExitStack() as others:
        for _ in range(MOST_SOCKETS - 1):
            others.enter_context(opened(sockets, person))
        assert first_seq(sockets, person) is None
        eventually(lambda: first_seq(sockets, person) == 1, every_s=2.0)  # its place is free
        read = len(read_to_the_end(stuck))
        assert read < 200
    with opened(sockets, person, after=read) as socket:
        assert seqs(socket, 200 - read) == list(range(read + 1, 201))
