"""How many requests a user and an address may make, and how often a user opens a socket.

The limits here are of one in some seconds or minutes, so that what is expected holds on a slow machine as well: as many
as were allowed in the time that it took, and no more.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from integration.realtime.conftest import socket_server
from integration.realtime.realtime_client import Person, opened, refusal
from mediadock.auth.buckets import Bucket
from mediadock.auth.conf import token_settings
from mediadock.auth.jwt import issue
from mediadock.auth.settled_buckets import SettledBuckets
from stack.at_once import at_once
from stack.client import Answer, Api, call
from stack.embedded import Embedded
from stack.problems import refused
from stack.uploads import photo
from stack.waiting import eventually
from stack.web import QuietWeb, run_quiet_web

PER_S = 0.5  # two at once, another every two seconds
BURST = 2
HALF_A_MINUTE = "0.03"  # one, and the next after half a minute


@pytest.fixture(scope="module")
def narrow(stack: Embedded, django_schema: None) -> Iterator[tuple[QuietWeb, QuietWeb]]:
    """Two web processes of one deployment in which a user may ask little."""
    settings = {"MEDIADOCK_REQUESTS_PER_USER": str(PER_S)}
    with run_quiet_web(stack, **settings) as one, run_quiet_web(stack, **settings) as other:
        yield one, other


@pytest.fixture(scope="module")
def behind_a_proxy(stack: Embedded, django_schema: None) -> Iterator[QuietWeb]:
    """A web process whose proxy is on this machine; an address may ask little."""
    settings = {"MEDIADOCK_REQUESTS_PER_ADDRESS": HALF_A_MINUTE, "MEDIADOCK_TRUSTED_PROXIES": "127.0.0.1,10.0.0.0/8"}
    with run_quiet_web(stack, **settings) as server:
        yield server


def elsewhere(api: Api, web: QuietWeb) -> Api:
    """The same user at another process."""
    return Api(web.url + "/api/v1", token=api.token, user_id=api.user_id)


def asked(api: Api, forwarded_for: str) -> int:
    """The status of a request that a proxy passes on."""
    return api.send("GET", "/uploads/", headers={"X-Forwarded-For": forwarded_for}).status


def an_address() -> str:
    """One that nobody else has, in a network for documentation."""
    return f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"


def test_a_user_gets_what_the_limit_allows_and_then_429_from_every_process(
    narrow: tuple[QuietWeb, QuietWeb],
) -> None:
    here = narrow[0].api_as_somebody()
    there = elsewhere(here, narrow[1])
    began = time.monotonic()
    answers: list[Answer] = at_once(*[lambda: here.get("/uploads/"), lambda: there.get("/uploads/")] * 8)
    took_s = time.monotonic() - began
    granted = [answer for answer in answers if answer.status == 200]
    # Each process may grant a bucketful before it has heard of the other; see the test of settling below.
    assert BURST <= len(granted) <= 2 * (BURST + 1) + took_s * PER_S
    for answer in answers:
        if answer.status != 200:
            problem = refused(answer, 429, "rate_limited")
            assert "moment" in problem["detail"]
            assert 1 <= int(answer.headers["retry-after"]) <= 2


def test_who_waits_is_served_again_and_nobody_else_had_to_wait(narrow: tuple[QuietWeb, QuietWeb]) -> None:
    hasty, calm = narrow[0].api_as_somebody(), narrow[0].api_as_somebody()
    eventually(lambda: hasty.get("/uploads/").status == 429, every_s=0)
    assert calm.get("/uploads/").status == 200
    eventually(lambda: hasty.get("/uploads/").status == 200, every_s=0.5)


def test_what_is_refused_creates_nothing(narrow: tuple[QuietWeb, QuietWeb]) -> None:
    api = narrow[0].api_as_somebody()
    answers = [api.post("/chats/upload/prepare/", receiver_id=api.user_id, **photo()) for _ in range(6)]
    granted = [answer for answer in answers if answer.status == 201]
    assert {answer.status for answer in answers} == {201, 429}
    eventually(lambda: api.get("/uploads/").status == 200, every_s=1)
    eventually(lambda: len(api.get("/uploads/").json().get("items", ())) == len(granted), every_s=3)


def test_a_service_of_the_operators_is_not_limited(narrow: tuple[QuietWeb, QuietWeb]) -> None:
    person = narrow[0].api_as_somebody()
    assert person.user_id is not None
    token = issue(token_settings(), user_id=person.user_id, now=time.time(), scope="service")
    service = Api(person.base_url, token=token, user_id=person.user_id)
    assert {service.get("/uploads/").status for _ in range(12)} == {200}


def test_an_address_is_what_the_last_proxy_of_ours_was_asked_by(behind_a_proxy: QuietWeb) -> None:
    api, address = behind_a_proxy.api_as_somebody(), an_address()
    assert asked(api, address) == 200
    assert asked(api, address) == 429
    assert asked(behind_a_proxy.api_as_somebody(), address) == 429, "an address is no user"
    assert asked(api, f"{an_address()}, {address}") == 429, "what a client says of itself does not count"
    assert asked(api, f"{address}, 10.1.2.3") == 429, "nor does a second proxy of ours"
    assert asked(api, an_address()) == 200


def test_a_network_of_ipv6_is_one_address(behind_a_proxy: QuietWeb) -> None:
    api, address = behind_a_proxy.api_as_somebody(), an_address()
    assert asked(api, address) == 200
    assert asked(api, address.replace("::1", ":1:2:3:4")) == 429


def test_who_is_not_believed_and_who_signs_in_are_counted_by_address(behind_a_proxy: QuietWeb) -> None:
    nobody, address = behind_a_proxy.anonymous(), an_address()
    assert asked(nobody, address) == 401
    refused(nobody.send("GET", "/uploads/", headers={"X-Forwarded-For": address}), 429, "rate_limited")
    wrong = {"username": "nobody", "password": "wrong"}
    header = {"X-Forwarded-For": address}
    refused(nobody.send("POST", "/auth/token", json=wrong, headers=header), 429, "rate_limited")
    refused(nobody.send("POST", "/auth/token/refresh", json={"refresh": "x"}, headers=header), 429, "rate_limited")


def test_without_proxies_of_ours_nobodys_word_on_addresses_counts(stack: Embedded, django_schema: None) -> None:
    with run_quiet_web(stack, MEDIADOCK_REQUESTS_PER_ADDRESS=HALF_A_MINUTE) as web:
        api = web.api_as_somebody()
        statuses = [asked(api, an_address()) for _ in range(3)]
        assert 429 in statuses
        assert call("GET", web.url + "/healthz").status == 200, "who looks whether we live is not counted"


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Connections are taken there and nothing is ever answered, as by a Redis that is stopped."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        yield listening.getsockname()[1]


def test_without_redis_nobody_is_held_up_and_each_process_counts_for_itself(
    stack: Embedded, django_schema: None, silent_port: int
) -> None:
    nowhere = f"redis://127.0.0.1:{silent_port}/0"
    settings = {"MEDIADOCK_REDIS_URL": nowhere, "MEDIADOCK_REQUESTS_PER_USER": str(PER_S)}
    with run_quiet_web(stack, **settings) as web:
        api = web.api_as_somebody()
        began = time.monotonic()
        statuses = [api.get("/uploads/").status for _ in range(60)]
        took_s = time.monotonic() - began
        assert took_s < 30, "half a second for each request would be the wait of every one"
        assert set(statuses) == {200, 429}
        assert BURST <= statuses.count(200) <= BURST + 1 + took_s * PER_S


def test_what_one_process_granted_the_others_come_to_know(stack: Embedded) -> None:
    redis_url = stack.in_process_environment["MEDIADOCK_REDIS_URL"]
    here, there = SettledBuckets(redis_url), SettledBuckets(redis_url)
    bucket = Bucket(f"test:{uuid4().hex}", per_s=0.001, burst=10_000)
    assert [here.take(bucket) for _ in range(bucket.burst)] == [0.0] * bucket.burst
    assert here.take(bucket) > 0
    # It would take 10,000 of these to empty the bucket from there.
    eventually(lambda: there.take(bucket) > 0, every_s=0.05)


def test_a_limit_that_is_none_to_speak_of_is_no_trouble_for_another(stack: Embedded) -> None:
    redis_url = stack.in_process_environment["MEDIADOCK_REDIS_URL"]
    here, there = SettledBuckets(redis_url), SettledBuckets(redis_url)
    vast = Bucket(f"test:{uuid4().hex}", per_s=1e12, burst=4_000_000_000_000)
    narrow = Bucket(f"test:{uuid4().hex}", per_s=0.001, burst=10_000)
    assert [here.take(vast, narrow) for _ in range(narrow.burst)] == [0.0] * narrow.burst
    eventually(lambda: there.take(narrow) > 0, every_s=0.05)


def test_a_refusal_of_one_bucket_takes_nothing_from_the_others(stack: Embedded) -> None:
    buckets = SettledBuckets(stack.in_process_environment["MEDIADOCK_REDIS_URL"])
    users = Bucket(f"test:{uuid4().hex}", per_s=0.001, burst=2)
    empty = Bucket(f"test:{uuid4().hex}", per_s=0.001, burst=1)
    assert buckets.take(empty) == 0
    assert [buckets.take(users, empty) > 0 for _ in range(5)] == [True] * 5
    assert [buckets.take(users) > 0 for _ in range(3)] == [False, False, True]


def test_a_user_who_opens_sockets_all_the_time_is_turned_away(stack: Embedded, django_schema: None) -> None:
    person = Person(1_900_000)
    redis_url = stack.in_process_environment["MEDIADOCK_REDIS_URL"]
    narrow = {"MEDIADOCK_SOCKETS_PER_USER": "0.5"}  # one, and the next after two minutes
    with stack.supervisor() as supervisor, socket_server(stack, supervisor, redis_url=redis_url, **narrow) as sockets:
        health = f"http://127.0.0.1:{sockets.port}/healthz"
        eventually(lambda: call("GET", health).json()["wakeups"] != "polling")  # Redis is heard, and counts
        with opened(sockets, person):
            pass
        assert refusal(sockets.url(), subprotocols=person.subprotocols()) == 4429
        with opened(sockets, Person(person.user_id + 500_000)):
            pass
