"""Keys read from an issuer: bounded in number, in size and in how often it is asked."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from mediadock.auth.jwks import MAX_KEYS, JwksKeys, parse_key_set
from mediadock.auth.jwt import TokenSettings, verify
from mediadock.auth.keys import UnusableKeyError
from mediadock.core.errors import Unauthenticated, Unavailable

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_JWK = json.loads(RSAAlgorithm.to_jwk(RSA_KEY.public_key()))
EC_JWK = json.loads(ECAlgorithm.to_jwk(EC_KEY.public_key()))
URL = "https://id.example/jwks.json"


def document(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": keys}).encode()


class Issuer:
    """An issuer that can change its keys, go away, and count how often it was asked; and a clock."""

    def __init__(self, answer: bytes) -> None:
        self.answer: bytes | Exception = answer
        self.asked = 0
        self.now = 1000.0

    def __call__(self, url: str) -> bytes:
        assert url == URL
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def keys(self, *algorithms: str) -> JwksKeys:
        return JwksKeys(URL, algorithms or ("RS256",), fetch=self, clock=lambda: self.now)


def token(kid: str | None = "a") -> str:
    claims = {"sub": "7", "iat": 0, "exp": 600}
    return jwt.encode(claims, RSA_KEY, algorithm="RS256", headers={"kid": kid} if kid else None)


def test_a_token_of_the_issuer_is_believed_and_its_keys_are_read_once() -> None:
    issuer = Issuer(document(RSA_JWK | {"kid": "a"}, RSA_JWK | {"kid": "b"}))
    settings = TokenSettings(("RS256",), issuer.keys())
    for _ in range(100):
        assert verify(token(), settings, now=10).user_id == 7
    assert issuer.asked == 1
    with pytest.raises(Unauthenticated):
        verify(token(kid=None), settings, now=10)  # two keys and no name


def test_the_only_key_serves_tokens_that_name_none() -> None:
    keys = Issuer(document(RSA_JWK | {"kid": "a"}))
    assert verify(token(kid=None), TokenSettings(("RS256",), keys.keys()), now=10).user_id == 7


def test_invented_kids_cause_one_question_in_half_a_minute() -> None:
    issuer = Issuer(document(RSA_JWK | {"kid": "a"}))
    keys = issuer.keys()
    assert all(keys.key_for(f"invented {number}") is None for number in range(1000))
    assert issuer.asked == 1
    issuer.answer = document(RSA_JWK | {"kid": "new"})
    issuer.now += 31
    assert keys.key_for("new") is not None
    assert keys.key_for("a") is None, "a key that the issuer withdrew is no longer good"


def test_an_issuer_that_is_away_is_tolerated_for_a_day_and_no_longer() -> None:
    issuer = Issuer(document(RSA_JWK | {"kid": "a"}))
    keys = issuer.keys()
    assert keys.key_for("a")
    for broken in (OSError("away"), ValueError("too large")):
        issuer.answer = broken
        issuer.now += 3600
        assert keys.key_for("a")
    issuer.answer = b"<html>"
    issuer.now += 24 * 3600
    with pytest.raises(Unavailable):
        keys.key_for("a")


def test_an_issuer_that_never_answered_is_no_reason_to_believe() -> None:
    issuer = Issuer(b"")
    issuer.answer = OSError("away")
    with pytest.raises(Unavailable):
        issuer.keys().key_for("a")


@pytest.mark.parametrize(
    "unusable",
    [
        pytest.param({"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "alg": "HS256"}, id="a secret"),
        pytest.param(RSA_JWK | {"use": "enc"}, id="for encryption"),
        pytest.param(RSA_JWK | {"alg": "PS256"}, id="RSA by another rule"),
        pytest.param(RSA_JWK | {"alg": "ES256"}, id="RSA that says it is EC"),
        pytest.param(RSA_JWK | {"kid": 7}, id="a number for a name"),
        pytest.param(RSA_JWK | {"n": "AQAB"}, id="too short"),
        pytest.param(json.loads(RSAAlgorithm.to_jwk(RSA_KEY)), id="private"),
        pytest.param(EC_JWK | {"crv": "P-384"}, id="a point that is not on its curve"),
        pytest.param({"kty": "RSA"}, id="nothing but a type"),
        pytest.param({}, id="nothing"),
        pytest.param("text", id="text"),
    ],
)
def test_a_key_that_is_not_for_us_is_passed_over(unusable: Any) -> None:
    parsed = parse_key_set(document(unusable, EC_JWK | {"kid": "good"}), algorithms=("RS256", "ES256"))
    assert set(parsed) == {"good", None}


@pytest.mark.parametrize("broken", [b"[]", b"{}", b"{", b'{"keys": {}}', document(*[RSA_JWK] * (MAX_KEYS + 1))])
def test_what_is_no_key_set_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # whichever reason, the caller keeps the keys it has
        parse_key_set(broken, algorithms=("RS256",))


@pytest.mark.parametrize("url", ["http://id.example/jwks", "file:///etc/passwd", "ftp://id.example/", "id.example"])
def test_keys_are_read_over_https_only(url: str) -> None:
    with pytest.raises(UnusableKeyError):
        JwksKeys(url, ("RS256",))
