"""Every way of a token to be wrong (A14), sent to the API of three deployments: refused, and never told to the log."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from jwt.algorithms import ECAlgorithm

from stack.client import Answer, Api, call
from stack.embedded import Embedded
from stack.issuer import Issuer, run_issuer
from stack.problems import refused
from stack.tokens import AUDIENCE, ISSUER, MALFORMED, REFUSED, Deployment, ec_key, pem, rsa_key
from stack.waiting import eventually
from stack.web import QuietWeb, run_quiet_web

DEPLOYMENTS = ("HS256", "RS256 by PEM", "ES256 by JWKS")
TOO_LARGE_FOR_A_HEADER = (400, 413, 431)


@dataclass(frozen=True)
class Door:
    """One deployment's API, and how its tokens are made."""

    url: str
    deployment: Deployment

    def ask(self, authorization: str) -> Answer:
        """Who am I? A header is bytes: text beyond Latin-1 goes as UTF-8."""
        header = authorization.encode().decode("latin-1") if not authorization.isascii() else authorization
        return call("GET", f"{self.url}/api/v1/users/me", headers={"Authorization": header})


@pytest.fixture(scope="module")
def somebody(web: QuietWeb) -> Api:
    """The user whose tokens they are."""
    return web.api_as_somebody()


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """Who shows the keys of the third deployment."""
    with run_issuer() as issuer:
        for name in ("good", "other"):
            key = json.loads(ECAlgorithm.to_jwk(ec_key(name).public_key()))
            issuer.keys.append(key | {"kid": name, "use": "sig", "alg": "ES256"})
        yield issuer


@pytest.fixture(scope="module")
def doors(stack: Embedded, somebody: Api, issuer: Issuer) -> Iterator[dict[str, Door]]:
    """A web process of each deployment."""
    assert somebody.user_id is not None
    secret, public = secrets.token_urlsafe(48), pem(rsa_key("good"))
    claims = {"MEDIADOCK_JWT_ISSUER": ISSUER, "MEDIADOCK_JWT_AUDIENCE": AUDIENCE}
    hs = {"MEDIADOCK_JWT_ALGORITHM": "HS256", "MEDIADOCK_JWT_SECRET": secret}
    rs = {"MEDIADOCK_JWT_ALGORITHM": "RS256", "MEDIADOCK_JWT_PUBLIC_KEY": public, "MEDIADOCK_JWT_SECRET": ""}
    es = {"MEDIADOCK_JWT_ALGORITHM": "ES256", "MEDIADOCK_JWT_JWKS_URL": issuer.url, "MEDIADOCK_JWT_SECRET": ""}
    known = json.dumps({"keys": issuer.keys})
    made = (
        Deployment("HS256", secret, somebody.user_id, public),
        Deployment("RS256", rsa_key("good"), somebody.user_id, public),
        Deployment("ES256", ec_key("good"), somebody.user_id, known, kid="good"),
    )
    with (
        run_quiet_web(stack, **hs, **claims) as one,
        run_quiet_web(stack, **rs, **claims) as two,
        run_quiet_web(stack, **es, **claims) as three,
    ):
        yield {
            name: Door(web.url, deployment)
            for name, web, deployment in zip(DEPLOYMENTS, (one, two, three), made, strict=True)
        }


@pytest.fixture(params=DEPLOYMENTS)
def door(request: pytest.FixtureRequest, doors: dict[str, Door]) -> Door:
    """Each deployment in turn."""
    return doors[request.param]


GOOD: dict[str, Callable[[Deployment], str]] = {
    "as it should be": lambda d: f"Bearer {d.token()}",
    "the scheme in lower case": lambda d: f"bearer {d.token()}",
    "the scheme in capitals": lambda d: f"BEARER {d.token()}",
    "two spaces": lambda d: f"Bearer  {d.token()}",
    "exp a fraction": lambda d: f"Bearer {d.token(exp=time.time() + 60.5)}",
    "exp a whole float": lambda d: f"Bearer {d.token(exp=float(int(time.time()) + 60))}",
    "one of several audiences": lambda d: f"Bearer {d.token(aud=['another', AUDIENCE])}",
    "no typ": lambda d: f"Bearer {d.token(header={'typ': None})}",
    "more claims": lambda d: f"Bearer {d.token(name='Zoë', roles=['a'], filler='x' * 3000)}",
    "an access token by name": lambda d: f"Bearer {d.token(typ='Bearer')}",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_token_opens_the_door(door: Door, name: str) -> None:
    answer = door.ask(GOOD[name](door.deployment))
    assert (answer.status, answer.json()["id"]) == (200, door.deployment.user_id)


def test_clocks_may_differ_by_half_a_minute(door: Door) -> None:
    def opens(**claims: float) -> bool:
        return door.ask(f"Bearer {door.deployment.token(**claims)}").status == 200

    eventually(lambda: opens(exp=time.time() - 29))
    assert opens(nbf=time.time() + 29, iat=time.time() + 29, exp=time.time() + 600)


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_token_does_not(door: Door, name: str) -> None:
    token = REFUSED[name](door.deployment)
    answer = door.ask(f"Bearer {token}")
    if answer.status in TOO_LARGE_FOR_A_HEADER:
        assert len(token) > 8192, "the server of the web process refuses what is too large, before us"
        return
    document = refused(answer, 401, "token_expired" if name.startswith("expired") else "token_invalid")
    assert set(document) == {"type", "title", "status", "code", "detail"}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_header_that_is_no_bearers_does_not(door: Door, name: str) -> None:
    document = refused(door.ask(MALFORMED[name](door.deployment)), 401)
    assert document["code"] in {"token_missing", "token_invalid"}


def test_a_token_of_one_deployment_is_nothing_to_another(doors: dict[str, Door]) -> None:
    for door in doors.values():
        for other in doors.values():
            if other is not door:
                refused(door.ask(f"Bearer {other.deployment.token()}"), 401, "token_invalid")


def test_without_an_issuer_or_audience_a_token_is_for_nobody(door: Door) -> None:
    for token in (door.deployment.token(iss=None), door.deployment.token(aud=None)):
        refused(door.ask(f"Bearer {token}"), 401, "token_invalid")


def test_of_all_of_it_the_log_holds_nothing(doors: dict[str, Door], stack: Embedded) -> None:
    marks = {"kid a way up": "dev/null", "sub a list": "", "iss of another": "evil.example"}
    earlier = stack.log_file.stat().st_size
    for door in doors.values():
        sent = {name: REFUSED[name](door.deployment) for name in (*marks, "crit", "HS512", "expired a year ago")}
        for token in (*sent.values(), door.deployment.token()):
            door.ask(f"Bearer {token}")
        log = stack.log_file.read_bytes()[earlier:].decode(errors="replace")
        for token in sent.values():
            assert not [part for part in token.split(".") if len(part) > 20 and part in log]
        assert not [mark for mark in marks.values() if mark and mark in log]
        assert "Bearer ey" not in log
        assert "Traceback" not in log


def test_a_flood_of_invented_kids_asks_the_issuer_once(doors: dict[str, Door], issuer: Issuer) -> None:
    door = doors["ES256 by JWKS"]
    assert door.ask(f"Bearer {door.deployment.token()}").status == 200
    before, since = issuer.asked, time.monotonic()
    for number in range(200):
        token = door.deployment.token(header={"kid": f"invented-{number}"})
        refused(door.ask(f"Bearer {token}"), 401, "token_invalid")
    assert issuer.asked - before <= 1 + (time.monotonic() - since) / 30


def test_while_the_issuer_is_away_its_keys_are_still_good(doors: dict[str, Door], issuer: Issuer) -> None:
    door = doors["ES256 by JWKS"]
    issuer.behaviour = "unwell"
    try:
        assert door.ask(f"Bearer {door.deployment.token()}").status == 200
        refused(door.ask(f"Bearer {door.deployment.token(header={'kid': 'new'})}"), 401, "token_invalid")
    finally:
        issuer.behaviour = "good"


def test_nobody_signs_in_where_tokens_come_from_elsewhere(doors: dict[str, Door]) -> None:
    """Not who has a password here either, and nobody is told whether it is right."""
    name = f"carol-{uuid4().hex[:8]}"
    User.objects.create_user(name, password="of carol's own")
    for password in ("of carol's own", "wrong"):
        answers = {
            deployment: Api(f"{door.url}/api/v1").post("/auth/token", username=name, password=password)
            for deployment, door in doors.items()
        }
        refused(answers["RS256 by PEM"], 404, "not_found")
        refused(answers["ES256 by JWKS"], 404, "not_found")
        assert answers["HS256"].status == (200 if password != "wrong" else 401)


def test_keys_that_were_never_seen_are_no_reason_to_believe(stack: Embedded, doors: dict[str, Door]) -> None:
    with run_issuer() as mumbling:
        mumbling.behaviour = "mumbling"
        settings = {"MEDIADOCK_JWT_ALGORITHM": "ES256", "MEDIADOCK_JWT_JWKS_URL": mumbling.url}
        with run_quiet_web(stack, **settings, MEDIADOCK_JWT_SECRET="") as web:
            door = Door(web.url, doors["ES256 by JWKS"].deployment)
            for _ in range(20):
                refused(door.ask(f"Bearer {door.deployment.token()}"), 503, "keys_unavailable")
            refused(door.ask(f"Bearer {door.deployment.by_hmac('')}"), 401, "token_invalid")
            assert mumbling.asked == 1
