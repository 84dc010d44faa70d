"""Keys read from a real issuer over HTTP: cached, rotated, and whatever it does, no other error than a named one."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from jwt.algorithms import ECAlgorithm

from mediadock.auth.claims import ClaimRules
from mediadock.auth.jwks import JwksKeys, fetch_document
from mediadock.auth.jwt import TokenSettings, verify
from mediadock.core.errors import Unauthenticated, Unavailable
from stack.at_once import at_once
from stack.issuer import Issuer, run_issuer
from stack.tokens import AUDIENCE, ISSUER, Deployment, ec_key

BEHAVIOURS = ("unwell", "cut", "mumbling", "silent", "endless", "slow", "nested", "moved")
QUICK = partial(fetch_document, timeout_s=0.3)


class Clock:
    """Time that passes when the test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An issuer with one key."""
    with run_issuer() as issuer:
        issuer.keys = [jwk("first")]
        yield issuer


@pytest.fixture
def clock() -> Clock:
    """The clock of the cache."""
    return Clock()


@pytest.fixture
def settings(issuer: Issuer, clock: Clock) -> TokenSettings:
    """A deployment that believes the issuer."""

    def fetch(url: str) -> bytes:
        return fetch_document(url, timeout_s=10.0) if issuer.behaviour == "good" else QUICK(url)

    keys = JwksKeys(issuer.url, ("ES256",), clock=clock, fetch=fetch)
    return TokenSettings(("ES256",), keys, ClaimRules(ISSUER, AUDIENCE))


def jwk(name: str) -> dict[str, Any]:
    """A key as issuers show it."""
    shown: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(ec_key(name).public_key()))
    return shown | {"kid": name, "use": "sig"}


def token(name: str) -> str:
    """A good token under the key of that name."""
    return Deployment("ES256", ec_key(name), 7, "", kid=name).token()


def believed(settings: TokenSettings, name: str) -> bool:
    """Whether a token under that key is believed now."""
    try:
        return verify(token(name), settings, now=time.time()).user_id == 7
    except Unauthenticated:
        return False


def test_a_key_that_comes_is_found_and_one_that_goes_is_forgotten(
    issuer: Issuer, settings: TokenSettings, clock: Clock
) -> None:
    assert believed(settings, "first")
    issuer.keys = [jwk("first"), jwk("second")]
    assert not believed(settings, "second"), "asked a moment ago"
    clock.now += 31
    assert believed(settings, "second")
    assert believed(settings, "first")
    issuer.keys = [jwk("second"), jwk("third")]
    clock.now += 601
    assert not believed(settings, "first")
    assert believed(settings, "third")
    assert issuer.asked == 3


def test_many_at_once_ask_the_issuer_once(issuer: Issuer, settings: TokenSettings) -> None:
    assert all(at_once(*[lambda: believed(settings, "first")] * 16))
    assert not any(at_once(*[lambda name=f"invented {n}": believed(settings, name) for n in range(16)]))
    assert issuer.asked == 1


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_an_issuer_that_fails_is_tolerated_for_a_day(
    issuer: Issuer, settings: TokenSettings, clock: Clock, behaviour: str
) -> None:
    issuer.behaviour = behaviour
    issuer.elsewhere = issuer.url
    with pytest.raises(Unavailable):
        believed(settings, "first")
    issuer.behaviour = "good"
    clock.now += 31
    assert believed(settings, "first")
    issuer.behaviour = behaviour
    clock.now += 601
    assert believed(settings, "first")
    assert not believed(settings, "second")
    clock.now += 24 * 3600
    with pytest.raises(Unavailable):
        believed(settings, "first")


def test_an_issuer_that_sends_a_byte_at_a_time_is_not_waited_for(issuer: Issuer) -> None:
    issuer.behaviour = "slow"
    issuer.keys = [jwk("first") | {"n": "x" * 5000}]  # at a hundred bytes a second: a minute
    with pytest.raises(TimeoutError):
        QUICK(issuer.url)


def test_where_an_issuer_points_to_nobody_goes(issuer: Issuer) -> None:
    with run_issuer() as other:
        issuer.behaviour, issuer.elsewhere = "moved", other.url
        with pytest.raises(OSError, match="302"):
            fetch_document(issuer.url, timeout_s=60.0)
        assert other.asked == 0
