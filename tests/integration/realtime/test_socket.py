"""The socket by its public door: what arrives, in which order, how often."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed

from integration.realtime.realtime_client import (
    PATIENCE_S,
    Person,
    SocketServer,
    close_code,
    cut,
    first_seq,
    frame,
    happen,
    opened,
    refusal,
    seqs,
)
from stack.waiting import eventually


def test_what_happened_before_is_replayed_and_what_happens_then_follows(sockets: SocketServer, person: Person) -> None:
    for number in range(3):
        person.event(number=number)
    with opened(sockets, person, after=1) as socket:
        assert frame(socket) == {"type": "test_update", "seq": 2, "data": {"number": 1}}
        assert frame(socket)["seq"] == 3
        person.event(number="live")
        assert frame(socket) == {"type": "test_update", "seq": 4, "data": {"number": "live"}}


def test_a_replay_of_many_pages_is_whole_and_ends_in_what_is_live(sockets: SocketServer, person: Person) -> None:
    for number in range(250):
        person.event(number=number)
    with ThreadPoolExecutor(1) as writer, opened(sockets, person, after=0) as socket:
        writing = writer.submit(lambda: [person.event(number=number) for number in range(250, 300)])
        assert seqs(socket, 300) == list(range(1, 301))
        writing.result()


def test_without_after_only_what_happens_from_now_on_is_told(sockets: SocketServer, person: Person) -> None:
    person.event()
    with opened(sockets, person) as socket:
        with pytest.raises(TimeoutError):
            frame(socket, timeout_s=0.5)
        person.event()
        assert frame(socket)["seq"] == 2


def test_a_client_ahead_of_the_server_starts_at_the_servers_end(sockets: SocketServer, person: Person) -> None:
    person.event()
    with opened(sockets, person, after=10**17) as socket:
        person.event()
        assert frame(socket)["seq"] == 2


@pytest.mark.slow
def test_a_socket_cut_thirty_times_sees_every_event_exactly_once(sockets: SocketServer, person: Person) -> None:
    chance = random.Random(20260501)
    seen: list[int] = []

    def write(share: range) -> None:
        for number in share:
            person.event(number=number)
            time.sleep(chance.uniform(0, 0.08))

    with ThreadPoolExecutor(4) as writers:
        for start in range(4):
            writers.submit(write, range(start, 100, 4))
        for cuts in range(31):
            read_until = time.monotonic() + (chance.uniform(0, 0.12) if cuts < 30 else 60)
            with opened(sockets, person, after=seen[-1] if seen else 0) as socket:
                while len(seen) < 100 and time.monotonic() < read_until:
                    try:
                        seen.append(frame(socket, timeout_s=max(0, read_until - time.monotonic()))["seq"])
                    except TimeoutError:
                        break
                cut(socket)
    assert seen == list(range(1, 101))


def test_nobody_sees_the_events_of_another(sockets: SocketServer, person: Person, other_person: Person) -> None:
    with opened(sockets, person, after=0) as mine, opened(sockets, other_person, after=0) as theirs:
        for number in range(20):
            person.event(whose="mine", number=number)
            other_person.event(whose="theirs", number=number)
        happen([person.user_id, other_person.user_id], whose="both")
        for socket, whose in ((mine, "mine"), (theirs, "theirs")):
            assert [frame(socket)["data"]["whose"] for _ in range(21)] == [whose] * 20 + ["both"]
            with pytest.raises(TimeoutError):
                frame(socket, timeout_s=0.3)


def test_all_sockets_of_a_user_are_told_and_each_from_its_own_place(sockets: SocketServer, person: Person) -> None:
    for _ in range(120):
        person.event()
    with (
        opened(sockets, person, after=120) as live,
        opened(sockets, person, after=0) as whole,
        opened(sockets, person, after=60) as half,
    ):
        person.event()
        assert seqs(live, 1) == [121]
        assert seqs(whole, 121) == list(range(1, 122))
        assert seqs(half, 61) == list(range(61, 122))


def test_progress_is_forwarded_with_no_seq_and_never_replayed(sockets: SocketServer, person: Person) -> None:
    from mediadock.uploads.doorbell import send_frame

    progress = {"type": "test_update", "seq": None, "data": {"asset_id": 5, "progress": 40}}
    with opened(sockets, person) as socket:
        send_frame([person.user_id], progress)
        assert frame(socket) == progress
    with opened(sockets, person, after=0) as socket, pytest.raises(TimeoutError):
        frame(socket, timeout_s=0.5)


def test_the_twenty_first_socket_of_a_user_is_turned_away(sockets: SocketServer, person: Person) -> None:
    with ExitStack() as nineteen:
        for _ in range(19):
            nineteen.enter_context(opened(sockets, person))
        with opened(sockets, person):
            assert refusal(sockets.url(), subprotocols=person.subprotocols()) == 4429
        person.event()
        eventually(lambda: first_seq(sockets, person) == 1)  # once the server has noticed that one has gone


def test_small_talk_is_ignored(sockets: SocketServer, person: Person) -> None:
    with opened(sockets, person, after=0) as socket:
        for said in ("ping", b"\x00\xff", "{", "x" * 1024):
            socket.send(said)
        person.event()
        assert frame(socket)["seq"] == 1


@pytest.mark.parametrize(("said", "code"), [(["x" * 1025], 1009), ([b"x" * 2_000_000], 1009), (["hello"] * 61, 1008)])
def test_a_client_that_says_too_much_is_sent_away(
    sockets: SocketServer, person: Person, said: list[str | bytes], code: int
) -> None:
    with opened(sockets, person) as socket:
        try:
            for message in said:
                socket.send(message)
        except ConnectionClosed:
            pass
        assert close_code(socket) == code


def test_a_hundred_people_are_told_at_once(sockets: SocketServer) -> None:
    people = [Person(2_000_000 + number) for number in range(100)]
    everybody = threading.Barrier(100 + 1, timeout=PATIENCE_S)

    def listen(person: Person) -> int:
        with opened(sockets, person, after=0) as socket:
            everybody.wait()
            seq = int(frame(socket)["seq"])
            everybody.wait()
            return seq

    with ThreadPoolExecutor(100) as listeners:
        arrived = [listeners.submit(listen, person) for person in people]
        everybody.wait()
        happen([person.user_id for person in people], to="everybody")
        everybody.wait()
    assert [one.result() for one in arrived] == [1] * 100
