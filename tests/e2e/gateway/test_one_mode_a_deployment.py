"""A deployment believes tokens or a gateway, never both; through the gateway the API answers as it does without one."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from e2e.services import as_service
from mediadock.auth.jwt import Signer, TokenSettings, issue
from mediadock.auth.keys import FixedKeys, secret_key
from stack.client import Answer, Api, call
from stack.gateway import Gateway
from stack.nginx import run_nginx
from stack.problems import refused
from stack.server import RunningServer
from stack.surface_doors import A_BATCH, A_FILE, A_PICTURE

VERIFY = "/auth/verify"


def test_a_token_is_nothing_to_an_api_behind_a_gateway(gateway: Gateway, alice: Api) -> None:
    for method, path in operations(gateway):
        told = gateway.past(alice).send(method, path, json={} if method in ("POST", "PUT") else None)
        if Api(gateway.behind.url + "/api/v1").send(method, path).status == 401:
            refused(told, 401, "gateway_missing")


def test_a_gateways_word_is_nothing_to_an_api_without_one(gateway: Gateway, alice: Api) -> None:
    word = gateway.word(alice.user_id, "GET", "/api/v1/users/me")
    assert call("GET", gateway.behind.url + "/api/v1/users/me", headers=word).status == 200
    refused(call("GET", gateway.server.url + "/api/v1/users/me", headers=word), 401, "token_missing")
    bearer = {"Authorization": f"Bearer {alice.token}"}
    other = gateway.word(1, "GET", "/api/v1/users/me")
    who = call("GET", gateway.server.url + "/api/v1/users/me", headers=bearer | other).json()
    assert who["id"] == alice.user_id
    refused(gateway.server.anonymous().get(VERIFY), 404, "not_found")


def test_the_same_people_pass_the_gateway_as_pass_the_api(gateway: Gateway) -> None:
    """Nobody, at every endpoint: what is open is open through the gateway, what is closed is closed."""
    through, direct = (Api(url + "/api/v1") for url in (gateway.nginx.url, gateway.server.url))
    for method, path in operations(gateway):
        expected, told = direct.send(method, path), through.send(method, path)
        assert (told.status, told.json().get("code")) == (expected.status, expected.json().get("code")), (method, path)


BODIES: list[tuple[str, str, Any]] = [
    ("POST", "/media/upload-session", A_PICTURE | {"fileSize": 0}),
    ("POST", "/media/upload-session", A_PICTURE | {"mediaType": "nothing"}),
    ("POST", "/media/upload-session", {"fileName": 7}),
    ("POST", "/albums/1/media/upload", A_FILE),
    ("POST", "/generated/g-1/images", A_BATCH),
    ("POST", "/chats/upload/complete/", {"parts": [{"PartNumber": n, "ETag": "0" * 32} for n in range(1, 10_000)]}),
    ("GET", "/users/me", None),
    ("GET", "/users/?search=%C3%A9%20%2B+&limit=2", None),
    ("GET", "/feed?limit=0", None),
    ("GET", "/generated/a%2Fb%20%C3%A9/images?x=%20", None),
    ("GET", "/generated/100%25/images", None),
    ("GET", "/nothing/here", None),
    ("PUT", "/users/me", {}),
    ("DELETE", "/assets/0/", None),
]


@pytest.mark.parametrize(("method", "path", "body"), BODIES, ids=lambda value: value if isinstance(value, str) else "")
def test_the_same_request_has_the_same_answer(gateway: Gateway, alice: Api, method: str, path: str, body: Any) -> None:
    direct, through = alice.send(method, path, json=body), gateway.api(alice).send(method, path, json=body)
    assert said(through) == said(direct)


def said(answer: Answer) -> tuple[Any, ...]:
    headers = ("content-type", "x-content-type-options", "x-frame-options", "referrer-policy", "www-authenticate")
    return (answer.status, answer.json(), *(answer.headers.get(name) for name in headers))


def test_a_service_is_a_service_and_people_are_people(
    gateway: Gateway, running_server: RunningServer, alice: Api
) -> None:
    machine = gateway.api(as_service(running_server, alice))
    assert machine.post("/generated/through-the-gateway/images", **A_BATCH).status == 201
    refused(gateway.api(alice).post("/generated/another/images", **A_BATCH), 403, "service_only")


def test_an_expired_and_a_refresh_token_are_refused_as_without_a_gateway(gateway: Gateway, alice: Api) -> None:
    secret = gateway.server.embedded.stack.credentials.jwt_secret
    settings = TokenSettings(("HS256",), FixedKeys({None: secret_key(secret)}), signer=Signer(secret))
    assert alice.user_id is not None
    old = issue(settings, user_id=alice.user_id, now=time.time() - 3600)
    renewing = issue(settings, user_id=alice.user_id, now=time.time(), use="refresh")
    for token, code in ((old, "token_expired"), (renewing, "token_invalid"), ("e30.e30.", "token_invalid")):
        for url in (gateway.nginx.url, gateway.server.url):
            answer = call("GET", url + "/api/v1/users/me", headers={"Authorization": f"Bearer {token}"})
            refused(answer, 401, code)


def test_a_page_of_another_origin_asks_first_and_reads_refusals(gateway: Gateway, tmp_path: Path) -> None:
    """The preflight has no token; the gateway lets it through to who knows the origins."""
    origin = "https://app.example"
    preflight = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    ports = {"web_port": gateway.behind.web_port, "socket_port": gateway.behind.socket_port}
    with run_nginx(tmp_path / "nginx", origin=origin, **ports) as nginx:
        assert call("OPTIONS", nginx.url + "/api/v1/users/me", headers=preflight).status in (200, 204)
        answer = call("GET", nginx.url + "/api/v1/users/me", headers={"Origin": origin})
        refused(answer, 401, "token_missing")
        assert answer.headers["access-control-allow-origin"] == origin
        stranger = call("GET", nginx.url + "/api/v1/users/me", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in stranger.headers


def operations(gateway: Gateway) -> list[tuple[str, str]]:
    document = gateway.server.anonymous().get("/openapi.json").json()
    return [
        (method.upper(), re.sub(r"\{\w+\}", "1", path.removeprefix("/api/v1")))
        for path, methods in document["paths"].items()
        for method in methods
    ]
