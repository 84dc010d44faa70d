"""Signing in and finding people, by the public door."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psutil
import pytest

from stack.client import Answer, Api
from stack.problems import refused
from stack.server import RunningServer


def name() -> str:
    return f"user-{uuid4().hex[:10]}"


def test_the_right_password_gets_tokens_that_work(running_server: RunningServer) -> None:
    me = running_server.api_as("alice")
    answer = running_server.anonymous().post("/auth/token", username="alice", password="alice")
    assert answer.status == 200
    document = answer.json()
    assert set(document) == {"access", "refresh", "expires_in", "token_type", "user"}
    assert (document["expires_in"], document["token_type"]) == (900, "Bearer")
    assert document["user"] == {"id": me.user_id, "username": "alice"}
    profile = Api(me.base_url, token=document["access"]).get("/users/me").json()
    assert (profile["id"], profile["username"]) == (me.user_id, "alice")
    assert set(profile) == {"id", "username", "avatar"}


def test_a_refresh_token_gets_a_fresh_pair_and_is_no_bearer(running_server: RunningServer) -> None:
    nobody = running_server.anonymous()
    pair = nobody.post("/auth/token", username="alice", password="alice").json()
    fresh = nobody.post("/auth/token/refresh", refresh=pair["refresh"])
    assert fresh.status == 200
    assert Api(nobody.base_url, token=fresh.json()["access"]).get("/users/me").json()["username"] == "alice"
    assert Api(nobody.base_url, token=pair["refresh"]).get("/users/me").status == 401
    assert nobody.post("/auth/token/refresh", refresh=pair["access"]).status == 401
    assert nobody.post("/auth/token/refresh", refresh="nonsense").status == 401


@pytest.mark.parametrize("wrong", ["wrong", "", "x" * 100_000, "with\0nul", "ünïcödé", "half a \ud83d"])
def test_a_wrong_password_is_the_same_as_an_unknown_name(running_server: RunningServer, wrong: str) -> None:
    known = running_server.anonymous().post("/auth/token", username="bob", password=wrong)
    unknown = running_server.anonymous().post("/auth/token", username=name(), password=wrong)
    assert known.status == unknown.status == 401
    assert known.body == unknown.body
    assert known.headers["content-type"] == "application/problem+json"
    assert known.json()["code"] == "wrong_credentials"


def test_half_a_character_is_in_nobodys_name(running_server: RunningServer) -> None:
    refused(
        running_server.anonymous().post("/auth/token", username="bob\udc00", password="bob"), 401, "wrong_credentials"
    )


def test_time_does_not_tell_which_names_exist(running_server: RunningServer) -> None:
    """Measured is what the web process does for the answer, which is what its time depends on, and no other process."""
    main = psutil.Process(running_server.supervisor.pid("web"))
    web = [main, *main.children(recursive=True)]

    def spent_s() -> float:
        return sum(times.user + times.system for times in (process.cpu_times() for process in web))

    def took_s(who: str) -> float:
        before_s = spent_s()
        running_server.anonymous().post("/auth/token", username=who, password="wrong")
        return spent_s() - before_s

    known = min(took_s("bob") for _ in range(3))
    unknown = min(took_s(name()) for _ in range(3))
    assert 0.4 < known / unknown < 2.5


def test_many_wrong_passwords_are_too_many_and_only_for_that_name(running_server: RunningServer) -> None:
    username = name()

    def attempt(_: int) -> Answer:
        return running_server.anonymous().post("/auth/token", username=username, password="wrong")

    with ThreadPoolExecutor(4) as racers:
        answers = list(racers.map(attempt, range(30)))
    refused = [answer for answer in answers if answer.status == 429]
    assert {answer.status for answer in answers} == {401, 429}
    assert len(refused) >= 10  # ten in each minute, and a minute may turn
    assert all(1 <= int(answer.headers["retry-after"]) <= 60 for answer in refused)
    assert refused[0].json()["code"] == "too_many_attempts"
    assert running_server.anonymous().post("/auth/token", username="alice", password="alice").status == 200


def test_signing_in_often_is_not_too_many(running_server: RunningServer) -> None:
    door = running_server.anonymous()
    assert [door.post("/auth/token", username="alice", password="alice").status for _ in range(12)] == [200] * 12


def test_people_are_found_by_a_part_of_their_name_in_pages(running_server: RunningServer) -> None:
    mark = uuid4().hex[:10]
    names = [f"{mark}-{number}" for number in range(5)]
    me, *_ = [running_server.api_as(one) for one in names]
    seen, cursor = [], ""
    for _ in range(3):
        page = me.get(f"/users/?search={mark.upper()}&limit=2&cursor={cursor}").json()
        seen += [user["username"] for user in page["items"]]
        cursor = page["next"]
    assert (seen, cursor) == (names, None)
    assert me.get(f"/users/?search={mark}-3").json()["items"] == [
        {"id": running_server.api_as(names[3]).user_id, "username": names[3], "avatar": None}
    ]
    for bad in ("limit=0", "limit=101", "limit=x", "search=%00", "cursor=%00"):
        assert me.get(f"/users/?{bad}").status == 422


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "alice"},
        {"username": 1, "password": "x"},
        {"username": "alice", "password": "x", "scope": "service"},
        [],
        "alice",
    ],
)
def test_a_body_that_is_not_as_expected_is_422(running_server: RunningServer, body: object) -> None:
    assert running_server.anonymous().send("POST", "/auth/token", json=body or {"x": 1}).status == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/users/me"), ("GET", "/users/"), ("GET", "/events/"), ("POST", "/auth/ws-ticket")],
)
def test_nobody_gets_nothing_and_the_body_is_not_looked_at(
    running_server: RunningServer, method: str, path: str
) -> None:
    base = running_server.anonymous().base_url
    tokens: list[Callable[[], Api]] = [
        lambda: Api(base),
        lambda: Api(base, token="nonsense"),
        lambda: Api(base, token="x" * 9000),
    ]
    for api in tokens:
        answer = api().send(method, path, json={"un": "expected"} if method == "POST" else None)
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
    basic = Api(base).send(method, path, headers={"Authorization": "Basic YWxpY2U6YWxpY2U="})
    assert basic.status == 401
