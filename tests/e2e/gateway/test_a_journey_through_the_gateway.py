"""Two people who know the gateway's address alone: sign in, send a film of a picture's size, see it become ready."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from media.pictures import photo_like
from stack.client import Api, call
from stack.gateway import Gateway
from stack.problems import refused
from stack.sending import send
from stack.sockets import PATIENCE_S, frame
from stack.waiting import eventually


def signed_in(gateway: Gateway, name: str) -> Api:
    nobody = Api(gateway.nginx.url + "/api/v1")
    answer = nobody.post("/auth/token", username=name, password=name)
    assert answer.status == 200, answer.body
    document = answer.json()
    fresh = nobody.post("/auth/token/refresh", refresh=document["refresh"]).json()
    return Api(nobody.base_url, token=fresh["access"], user_id=document["user"]["id"], username=name)


def test_from_signing_in_to_a_medium_that_is_ready(gateway: Gateway) -> None:
    alice = signed_in(gateway, "alice")
    config = Api(alice.base_url).get("/config").json()
    assert config["ws_url"] == gateway.nginx.ws_url
    body = photo_like(640, 480)
    declared = {"fileName": "beach.jpg", "fileType": "image/jpeg", "fileSize": len(body), "mediaType": "post-image"}
    last_seq = alice.get("/events/?limit=1").json()["last_seq"]
    ticket = alice.post("/auth/ws-ticket").json()["ticket"]

    with connect(f"{config['ws_url']}?{urlencode({'ticket': ticket, 'after': last_seq})}") as socket:
        session = alice.post("/media/upload-session", **declared).json()
        assert not session["uploadUrl"].startswith(gateway.nginx.url), "no media pass the gateway"
        assert call("PUT", session["uploadUrl"], body=body, headers=session["headers"]).status == 200
        assert alice.post(f"/media/{session['mediaId']}/complete").status == 200
        told = frame(socket)
        while told["data"].get("stage") != "done" or told["data"]["asset_id"] != session["mediaId"]:
            told = frame(socket, within_s=PATIENCE_S)

    medium = alice.get(f"/media/{session['mediaId']}").json()
    assert medium["status"] == "READY"
    assert call("GET", gateway.nginx.url + f"/m/{session['mediaId']}").status == 302, "it is public"


def test_what_is_between_two_people_is_shown_to_them_alone(gateway: Gateway, alice: Api, bob: Api) -> None:
    body = photo_like(320, 240)
    upload = send(gateway.api(alice), gateway.api(bob), body, name="beach.jpg", content_type="image/jpeg")
    assert upload.settled()["state"] == "ready"
    address = gateway.nginx.url + f"/m/{upload.asset_id}"
    refused(call("GET", address), 404, "media_not_found")
    refused(call("GET", address, headers={"Authorization": "Bearer nonsense"}), 401, "token_invalid")
    stranger = gateway.server.api_as_somebody()
    for person, status in ((alice, 302), (bob, 302), (stranger, 404)):
        assert call("GET", address, headers={"Authorization": f"Bearer {person.token}"}).status == status


def test_a_ticket_works_once_through_the_gateway_and_a_token_not_at_all(gateway: Gateway, alice: Api) -> None:
    ticket = gateway.api(alice).post("/auth/ws-ticket").json()["ticket"]
    with connect(f"{gateway.nginx.ws_url}?ticket={ticket}"):
        pass
    assert close_code(f"{gateway.nginx.ws_url}?ticket={ticket}") == 4401
    for url in (gateway.nginx.ws_url, gateway.behind.ws_url):
        assert close_code(url, "mediadock", f"bearer.{alice.token}") == 4401


def close_code(url: str, *subprotocols: str) -> int | None:
    with connect(url, subprotocols=subprotocols or None) as socket:
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=PATIENCE_S)
        return socket.close_code


def test_the_log_tells_who_asked_for_what_and_no_secret(gateway: Gateway, alice: Api) -> None:
    through = gateway.api(alice)
    ticket = through.post("/auth/ws-ticket").json()["ticket"]
    with connect(f"{gateway.nginx.ws_url}?{urlencode({'ticket': ticket, 'after': 0})}"):
        pass
    through.get("/events/?after=0&limit=17")
    eventually(
        lambda: f"user={alice.user_id} " in gateway.nginx.logged and '"GET /api/v1/events/ ' in gateway.nginx.logged
    )
    eventually(lambda: '"GET /ws/events/ HTTP/1.1" 101' in gateway.nginx.logged)
    everything = gateway.nginx.logged + gateway.server.embedded.log_file.read_text()
    assert alice.token is not None
    for secret in (ticket, alice.token, gateway.behind.secret, "limit=17", "v1="):
        assert secret not in everything


def test_pages_and_files_pass(gateway: Gateway) -> None:
    for path in ("/static/mediadock/index.js", "/", "/healthz", "/api/v1/docs", "/api/v1/openapi.json"):
        through, past = (call("GET", root + path) for root in (gateway.nginx.url, gateway.behind.url))
        assert (through.status, through.body) == (past.status, past.body), path
        varying = {"server", "date", "connection", "transfer-encoding", "content-length", "x-request-id"}
        assert {n: v for n, v in through.headers.items() if n not in varying} == {
            n: v for n, v in past.headers.items() if n not in varying
        }, "nothing doubled, nothing missing"
