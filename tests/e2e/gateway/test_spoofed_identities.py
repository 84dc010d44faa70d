"""Somebody else's name: sent through the gateway, and to the API past it, in every spelling (hazards A15)."""

from __future__ import annotations

import secrets
import time

import pytest

from stack.client import Api
from stack.gateway import Gateway
from stack.problems import refused
from stack.waiting import eventually
from stack.wire import Lines, send_lines

ME = "/api/v1/users/me"
VICTIM = "1"
NAMES = ("X-User-Id", "x-uSeR-iD", "X_User_Id", "X-User_Id", "X_USER-ID", "x_user_id")


def word_lines(gateway: Gateway, user_id: object, **changes: str) -> list[tuple[str, str]]:
    return list(gateway.word(user_id, "GET", ME, **changes).items())


def past(gateway: Gateway, lines: Lines, **request: str) -> str | int:
    """Who the API takes it for, or the code of its refusal."""
    answer = send_lines(gateway.behind.url + ME, lines, **request)
    return int(answer.json()["id"]) if answer.status == 200 else str(refused(answer, 401)["code"])


# ---- through the gateway: what a client says of itself does not arrive


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("first", [True, False], ids=["before the token", "after the token"])
def test_a_client_is_who_its_token_says(gateway: Gateway, alice: Api, name: str, *, first: bool) -> None:
    token = [("Authorization", f"Bearer {alice.token}")]
    forged = [(name, VICTIM), (name, VICTIM), ("X-User-Scope", "service"), ("X_User_Scope", "service")]
    answer = send_lines(gateway.nginx.url + ME, forged + token if first else token + forged)
    assert answer.json()["id"] == alice.user_id


@pytest.mark.parametrize("name", NAMES)
def test_without_a_token_nobody_is_anybody(gateway: Gateway, name: str) -> None:
    for lines in ([(name, VICTIM)], [(name, VICTIM)] * 2):
        refused(send_lines(gateway.nginx.url + ME, lines), 401, "token_missing")


def test_even_a_word_that_is_signed_is_worth_nothing_through_the_gateway(gateway: Gateway, alice: Api) -> None:
    refused(send_lines(gateway.nginx.url + ME, word_lines(gateway, alice.user_id)), 401, "token_missing")


def test_addresses_that_need_nobody_hand_no_identity_on(gateway: Gateway, alice: Api) -> None:
    """A location that nginx finds by a cleaned path, and the API by the path as it came."""
    lines = word_lines(gateway, alice.user_id)
    for target in (f"/api/v1/config/../..{ME[4:]}", f"/m/..{ME}", f"/static/..{ME}", f"/{ME}", f"{ME}/../../config"):
        assert send_lines(gateway.nginx.url, lines, target=target).status in (401, 404), target


def test_two_tokens_are_no_token(gateway: Gateway, alice: Api, bob: Api) -> None:
    lines = [("Authorization", f"Bearer {alice.token}"), ("Authorization", f"Bearer {bob.token}")]
    assert send_lines(gateway.nginx.url + ME, lines).status in (400, 401)


@pytest.mark.parametrize("path", ["/api/v1/auth/verify", "/_mediadock/verify", "/_mediadock/verify-optional"])
def test_the_door_of_the_check_is_closed_to_clients(gateway: Gateway, alice: Api, path: str) -> None:
    lines = [
        ("Authorization", f"Bearer {alice.token}"),
        ("X-Original-Method", "GET"),
        ("X-Original-URI", ME),
    ]
    answer = send_lines(gateway.nginx.url + path, lines)
    refused(answer, 404, "not_found")
    assert "x-gateway-signature" not in answer.headers


def test_a_client_does_not_tell_the_check_what_it_is_for(gateway: Gateway, alice: Api) -> None:
    """It could make a refusal of nothing, or a signature of another request."""
    through = [("X-Original-Method", "OPTIONS"), ("X-Original-URI", "/api/v1/albums"), ("X-Identity-Optional", "yes")]
    refused(send_lines(gateway.nginx.url + ME, through), 401, "token_missing")
    told = send_lines(gateway.nginx.url + ME, [("Authorization", f"Bearer {alice.token}"), *through])
    assert told.json()["id"] == alice.user_id


# ---- past the gateway: a name without its signature, or with that of something else


@pytest.mark.parametrize("name", NAMES)
def test_a_bare_name_is_refused(gateway: Gateway, name: str) -> None:
    assert past(gateway, [(name, VICTIM)]) == "gateway_refused"
    assert past(gateway, [(name, VICTIM), (name, VICTIM)]) == "gateway_refused"


@pytest.mark.parametrize("name", NAMES[:2])
@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("repeated", ["victim", "same"])
def test_a_name_twice_is_refused(gateway: Gateway, alice: Api, name: str, repeated: str, *, first: bool) -> None:
    again = [(name, VICTIM if repeated == "victim" else str(alice.user_id))]
    lines = word_lines(gateway, alice.user_id)
    assert past(gateway, again + lines if first else lines + again) == "gateway_refused"


@pytest.mark.parametrize("name", NAMES[2:])
def test_a_name_with_an_underscore_never_becomes_somebody_else(gateway: Gateway, alice: Api, name: str) -> None:
    """The last of both spellings is what WSGI shows; the signature is for one of them."""
    lines = word_lines(gateway, alice.user_id)
    assert past(gateway, [*lines, (name, VICTIM)]) == "gateway_refused"
    assert past(gateway, [(name, VICTIM), *lines]) in ("gateway_refused", alice.user_id)


@pytest.mark.parametrize("left_out", ["X-User-Id", "X-Gateway-Time", "X-Gateway-Signature", "X-User-Scope"])
def test_what_is_missing_is_missed(gateway: Gateway, alice: Api, left_out: str) -> None:
    lines = word_lines(gateway, alice.user_id, **{"X-User-Scope": "service"})
    assert past(gateway, lines) == alice.user_id
    assert past(gateway, [line for line in lines if line[0] != left_out]) == "gateway_refused"


@pytest.mark.parametrize("twice", ["X-Gateway-Time", "X-Gateway-Signature", "X-User-Scope"])
def test_what_comes_twice_is_refused(gateway: Gateway, alice: Api, twice: str) -> None:
    lines = word_lines(gateway, alice.user_id, **{"X-User-Scope": "service"})
    assert past(gateway, [*lines, *[line for line in lines if line[0] == twice]]) == "gateway_refused"


@pytest.mark.parametrize("seconds", [-3600, -75, 600, 3600])
def test_an_old_word_and_one_of_the_future_are_refused(gateway: Gateway, alice: Api, seconds: int) -> None:
    lines = word_lines(gateway, alice.user_id, **{"X-Gateway-Time": str(int(time.time()) + seconds)})
    assert past(gateway, lines) == "gateway_refused"


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/api/v1/albums"),
        ("GET", ME + "?a=1"),
        ("GET", ME + "/"),
        ("DELETE", "/api/v1/users/me/avatar"),
        ("OPTIONS", ME),
    ],
)
def test_a_word_is_good_for_its_request_alone(gateway: Gateway, alice: Api, method: str, target: str) -> None:
    """Where anything is there to be asked at all."""
    answer = send_lines(gateway.behind.url, word_lines(gateway, alice.user_id), method=method, target=target)
    assert answer.status in (401, 404, 405)
    signed = list(gateway.word(alice.user_id, method, target).items())
    assert past(gateway, signed) == "gateway_refused"


def test_a_word_with_a_query_and_a_path_in_other_words_is_believed(gateway: Gateway, alice: Api) -> None:
    for target, signed in (
        ("/api/v1/feed?limit=%31&a=+", "/api/v1/feed?limit=%31&a=+"),
        ("/api/v1/%66eed", "/api/v1/feed"),
    ):
        lines = list(gateway.word(alice.user_id, "GET", signed).items())
        assert send_lines(gateway.behind.url, lines, target=target).status == 200


def test_the_check_asks_for_the_request_it_is_for(gateway: Gateway, alice: Api) -> None:
    url, token = gateway.behind.url + "/api/v1/auth/verify", ("Authorization", f"Bearer {alice.token}")
    refused(send_lines(url, [token]), 422, "original_request_missing")
    lines = [token, ("X-Original-Method", "GET"), ("X-Original-URI", ME)]
    answer = send_lines(url, lines)
    assert (answer.status, answer.body) == (204, b"")
    told = {
        name: answer.headers[name.lower()]
        for name in ("X-User-Id", "X-User-Expires", "X-Gateway-Time", "X-Gateway-Signature")
    }
    assert told["X-User-Id"] == str(alice.user_id)
    assert past(gateway, told.items()) == alice.user_id
    refused(send_lines(url, lines[1:]), 401, "token_missing")


def test_every_refusal_is_logged_with_its_reason_and_no_signature(gateway: Gateway, alice: Api) -> None:
    target = f"/api/v1/media/{secrets.randbelow(2**60)}"
    for changes, reason in (({"X-Gateway-Time": "1000000000"}, "signed"), ({"X-User-Id": "0"}, "no user id")):
        word = gateway.word(alice.user_id, "GET", target + "?seen=never", **changes)
        refused(send_lines(gateway.behind.url + target + "?seen=never", word.items()), 401, "gateway_refused")
        eventually(lambda said=reason: any(target in line and said in line for line in printed(gateway)))
        assert not any(word["X-Gateway-Signature"] in line or "seen=never" in line for line in printed(gateway))


def printed(gateway: Gateway) -> list[str]:
    return [line for line in gateway.server.embedded.log_file.read_text().splitlines() if "gateway_refused" in line]
