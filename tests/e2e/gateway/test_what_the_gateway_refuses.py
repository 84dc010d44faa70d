"""What nginx answers by itself: always a problem document, with Retry-After where trying again is right."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediadock.local.ports import LOOPBACK, free_port
from stack.client import Api, call
from stack.gateway import Gateway, run_behind
from stack.nginx import NO_LIMITS, Nginx, run_nginx
from stack.problems import refused
from stack.wire import send_lines

ME = "/api/v1/users/me"
SLOWLY = "2r/m"
"""So slow that no machine takes long enough for another request to be due."""


def bearer(user: Api) -> dict[str, str]:
    return {"Authorization": f"Bearer {user.token}"}


# ---- what is too large


@pytest.mark.parametrize("path", ["/api/v1/chats/upload/prepare/", "/api/v1/auth/token", "/m/1", "/"])
def test_a_body_of_twenty_megabytes_is_refused(gateway: Gateway, alice: Api, path: str) -> None:
    refused(
        call("POST", gateway.nginx.url + path, body=b"x" * 20_000_000, headers=bearer(alice)), 413, "body_too_large"
    )


def test_so_is_one_that_does_not_say_how_long_it_is(gateway: Gateway, alice: Api) -> None:
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    lines = [*bearer(alice).items(), ("Transfer-Encoding", "chunked"), ("Content-Type", "application/json")]
    url = gateway.nginx.url + "/api/v1/albums"
    refused(send_lines(url, lines, method="POST", body=piece * 320 + b"0\r\n\r\n"), 413, "body_too_large")


def test_the_longest_request_of_the_api_passes(gateway: Gateway, alice: Api) -> None:
    parts = [{"PartNumber": number, "ETag": f'"{number:064}"'} for number in range(1, 10_000)]
    answer = gateway.api(alice).post("/chats/upload/complete/", object_key="nothing", parts=parts)
    refused(answer, 404, "upload_not_found")


def test_addresses_and_headers_have_an_end(gateway: Gateway) -> None:
    refused(call("GET", gateway.nginx.url + "/api/v1/feed?" + "a" * 20_000), 414, "uri_too_long")
    refused(call("GET", gateway.nginx.url + ME, headers={"X-Long": "a" * 20_000}), 431, "headers_too_large")
    refused(
        call("GET", gateway.nginx.url + ME, headers={"Authorization": "Bearer " + "a" * 8_193}), 401, "token_invalid"
    )


def test_what_is_no_request_is_told_so(gateway: Gateway) -> None:
    refused(send_lines(gateway.nginx.url, [], target="/api/v1/é"), 400, "bad_request")
    refused(send_lines(gateway.nginx.url, [("Content-Length", "x")], target=ME), 400, "bad_request")
    refused(send_lines(gateway.nginx.url, [], target=ME, method="G\x01T"), 400, "bad_request")
    refused(send_lines(gateway.nginx.url, [], target=ME, method="TRACE"), 405, "method_not_allowed")
    refused(send_lines(gateway.nginx.url, [], target="/_mediadock/bad-request"), 404, "not_found")


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_is_for_machines_is_not_for_everybody(gateway: Gateway, path: str) -> None:
    refused(call("GET", gateway.nginx.url + path), 404, "not_found")


# ---- what is too often


@pytest.fixture
def limited(gateway: Gateway, tmp_path: Path) -> Iterator[Nginx]:
    """Another nginx before the same processes: a few requests of each user, then one in half a minute."""
    ports = {"web_port": gateway.behind.web_port, "socket_port": gateway.behind.socket_port}
    rates = {**NO_LIMITS, "users": SLOWLY, "sign_in": SLOWLY}
    with run_nginx(tmp_path / "nginx", rates=rates, **ports) as nginx:
        yield nginx


def until_refused(url: str, *, at_most: int, method: str = "GET", headers: dict[str, str] | None = None) -> int:
    """After how many answers there is one of 429, which is checked."""
    for count in range(at_most + 1):
        answer = call(method, url, headers=headers)
        if answer.status == 429:
            assert refused(answer, 429, "too_many_requests")["title"] == "Too Many Requests"
            return count
    pytest.fail(f"{at_most} requests were not too many")


def test_a_user_is_limited_and_the_next_one_is_not(limited: Nginx, alice: Api, bob: Api) -> None:
    passed = until_refused(limited.url + ME, at_most=110, headers=bearer(alice))
    assert passed >= 100, "the burst that is documented"
    assert call("GET", limited.url + ME, headers=bearer(bob)).status == 200
    other_token = bearer(alice) | {"X-User-Id": str(bob.user_id)}
    until_refused(limited.url + ME, at_most=1, headers=other_token)  # one may be due just now


def test_sign_ins_of_an_address_are_limited(limited: Nginx) -> None:
    assert until_refused(limited.url + "/api/v1/auth/token", at_most=50, method="POST") >= 40
    assert call("GET", limited.url + "/api/v1/config").status == 200


def test_whoever_sends_bad_tokens_is_limited_by_address(gateway: Gateway, tmp_path: Path) -> None:
    ports = {"web_port": gateway.behind.web_port, "socket_port": gateway.behind.socket_port}
    with run_nginx(tmp_path / "nginx", rates={**NO_LIMITS, "addresses": SLOWLY}, **ports) as nginx:
        nonsense = {"Authorization": "Bearer nonsense"}
        assert until_refused(nginx.url + ME, at_most=410, headers=nonsense) >= 400
        until_refused(nginx.url + "/api/v1/config", at_most=1)  # one may be due just now


# ---- what does not answer


def test_a_server_that_is_away_is_said_to_be(tmp_path: Path, alice: Api) -> None:
    with run_nginx(tmp_path / "nginx", web_port=free_port(), socket_port=free_port()) as nginx:
        refused(call("GET", nginx.url + ME, headers=bearer(alice)), 503, "server_unavailable")
        for path in ("/api/v1/config", "/", "/ws/events/"):
            answer = call("GET", nginx.url + path)
            refused(answer, 502, "server_unreachable")
            assert answer.headers["retry-after"] == "5"


def test_a_server_that_closes_without_a_word_is_said_to(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
        with (
            run_nginx(tmp_path / "nginx", web_port=port, socket_port=port) as nginx,
            socket.create_connection((LOOPBACK, nginx.port)) as client,
        ):
            client.sendall(b"GET /api/v1/config HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            accepted, _ = listener.accept()
            accepted.close()
            assert b" 502 " in client.recv(65536)


# ---- who is let in behind it


def test_another_peer_is_heard_neither_with_a_word_nor_at_the_check(gateway: Gateway, alice: Api) -> None:
    with run_behind(gateway.server.embedded, peers="192.0.2.1,unix", only=("web",)) as behind:
        elsewhere = Gateway(gateway.nginx, behind, gateway.server)
        signed = elsewhere.word(alice.user_id, "GET", ME)
        refused(call("GET", behind.url + ME, headers=signed), 401, "gateway_refused")
        asked = bearer(alice) | {"X-Original-Method": "GET", "X-Original-URI": ME}
        refused(call("GET", behind.url + "/api/v1/auth/verify", headers=asked), 401, "gateway_refused")
