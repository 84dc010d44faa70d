"""Pages of other origins: those that the operator names may call the API, with bearer tokens and never with cookies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stack.client import Answer, call
from stack.embedded import Embedded
from stack.server import RunningServer
from stack.web import QuietWeb, run_quiet_web

THEIRS = "https://app.example.org"
OTHER = "https://app.example.org:8443"
STRANGERS = [
    "https://evil.example",
    "http://app.example.org",
    "https://app.example.org:444",
    "https://app.example.org.evil.example",
    "https://evil.example/https://app.example.org",
    "https://sub.app.example.org",
    "null",
    "*",
    "app.example.org",
    "https://",
    "https://[",
]


@pytest.fixture(scope="module")
def web(stack: Embedded, django_schema: None) -> Iterator[QuietWeb]:
    with run_quiet_web(stack, MEDIADOCK_ALLOWED_ORIGINS=f"{THEIRS}/, {OTHER.upper()}") as server:
        yield server


def preflight(url: str, origin: str, *, method: str = "POST", wanted: str = "authorization,content-type") -> Answer:
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": wanted}
    return call("OPTIONS", url, headers={"Origin": origin, **asked})


def cors_headers(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize("origin", [THEIRS, OTHER])
def test_a_page_of_a_named_origin_may_ask_with_a_token(web: QuietWeb, origin: str) -> None:
    allowed = preflight(web.url + "/api/v1/chats/upload/prepare/", origin, wanted="authorization,idempotency-key")
    assert allowed.status == 200
    assert allowed.headers["access-control-allow-origin"] == origin
    assert {"authorization", "content-type", "idempotency-key"} <= set(
        allowed.headers["access-control-allow-headers"].split(", ")
    )
    assert {"GET", "POST", "DELETE"} <= set(allowed.headers["access-control-allow-methods"].split(", "))
    assert allowed.headers["access-control-max-age"] == "7200"


def test_it_reads_answers_and_refusals_and_the_headers_it_needs(web: QuietWeb) -> None:
    somebody = web.api_as_somebody()
    for api, path, status in ((somebody, "/users/me", 200), (web.anonymous(), "/users/me", 401), (somebody, "/x", 404)):
        answer = api.send("GET", path, headers={"Origin": THEIRS})
        assert answer.status == status
        assert answer.headers["access-control-allow-origin"] == THEIRS
        assert "Retry-After" in answer.headers["access-control-expose-headers"].split(", ")
        assert answer.headers["vary"].lower() == "origin"
    wrong_method = somebody.send("PUT", "/users/me", headers={"Origin": THEIRS})
    assert (wrong_method.status, wrong_method.headers["access-control-allow-origin"]) == (405, THEIRS)


@pytest.mark.parametrize("origin", STRANGERS)
def test_a_page_of_another_origin_gets_nothing_to_read(web: QuietWeb, origin: str) -> None:
    assert cors_headers(preflight(web.url + "/api/v1/users/me", origin)) == {}
    answer = web.api_as_somebody().send("GET", "/users/me", headers={"Origin": origin})
    assert cors_headers(answer) == {}
    assert answer.headers["vary"].lower() == "origin", "a cache must not give one origin's answer to another"


def test_an_answer_to_no_page_depends_on_the_origin_as_well(web: QuietWeb) -> None:
    for api, path, status in ((web.api_as_somebody(), "/users/me", 200), (web.anonymous(), "/x", 404)):
        answer = api.send("GET", path)
        assert answer.status == status
        assert cors_headers(answer) == {}
        assert answer.headers["vary"].lower() == "origin", "a cache must not give it to a page of any origin"


def test_cookies_are_never_allowed(web: QuietWeb) -> None:
    for answer in (
        preflight(web.url + "/api/v1/users/me", THEIRS),
        web.anonymous().send("GET", "/config", headers={"Origin": THEIRS}),
    ):
        assert "access-control-allow-credentials" not in answer.headers
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/healthz", "/static/ninja/swagger-ui-init.js"])
def test_only_the_api_is_for_other_origins(web: QuietWeb, path: str) -> None:
    assert cors_headers(call("GET", web.url + path, headers={"Origin": THEIRS})) == {}


def test_nothing_is_allowed_that_nobody_named(stack: Embedded, django_schema: None) -> None:
    with run_quiet_web(stack, MEDIADOCK_ALLOWED_ORIGINS="") as web:
        for origin in (THEIRS, web.url):
            assert cors_headers(preflight(web.url + "/api/v1/config", origin)) == {}
            assert cors_headers(web.anonymous().send("GET", "/config", headers={"Origin": origin})) == {}


def test_a_star_is_everybody_without_cookies(stack: Embedded, django_schema: None) -> None:
    with run_quiet_web(stack, MEDIADOCK_ALLOWED_ORIGINS="*") as web:
        answer = web.anonymous().send("GET", "/config", headers={"Origin": "https://anybody.example"})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


def test_the_local_stack_names_its_own_pages_only(running_server: RunningServer) -> None:
    own = running_server.url
    for origin, read in ((own, own), (own.replace("127.0.0.1", "localhost"),) * 2, ("http://127.0.0.1:1", None)):
        answer = running_server.anonymous().send("GET", "/config", headers={"Origin": origin})
        assert answer.headers.get("access-control-allow-origin") == read


def test_an_origin_that_is_none_is_said_before_anything_starts(running_server: RunningServer) -> None:
    with pytest.raises(AssertionError, match=r"corsheaders\.E01"):
        running_server.manage("check", ALLOWED_ORIGINS="https://app.example.org/chat")
