"""The matrix of tokens: which are believed, and every way to be refused that we know of (hazards of RFC 8725)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mediadock.auth.claims import ClaimRules
from mediadock.auth.jwt import Signer, TokenSettings, issue, verify
from mediadock.auth.keys import FixedKeys, UnusableKeyError, public_key, secret_key
from mediadock.core.errors import Unauthenticated

NOW = 1_800_000_000
SECRET = "a secret of the deployment, of more than 32 bytes"
OTHER_SECRET = "somebody else's secret, also more than 32 bytes"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, form).decode()


HS = TokenSettings(("HS256",), FixedKeys({None: secret_key(SECRET)}), signer=Signer(SECRET))
HS_KID = TokenSettings(("HS256",), FixedKeys({"k1": secret_key(SECRET)}), signer=Signer(SECRET, kid="k1"))
HS_STRICT = TokenSettings(("HS256",), HS.keys, ClaimRules(issuer="https://id.example", audience="mediadock"))
RS = TokenSettings(("RS256",), FixedKeys({None: public_key(pem(RSA_KEY), algorithm="RS256")}))
ES = TokenSettings(("ES256",), FixedKeys({None: public_key(pem(EC_KEY), algorithm="ES256")}))


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def headed(header: dict[str, Any]) -> str:
    return encoded(json.dumps(header).encode())


def raw(header: Any, payload: Any, *, key: str = SECRET) -> str:
    """A token with a good HS256 signature over whatever header and payload are given (bytes as they are)."""
    parts = [encoded(part if isinstance(part, bytes) else json.dumps(part).encode()) for part in (header, payload)]
    signed = ".".join(parts)
    return f"{signed}.{encoded(hmac.digest(key.encode(), signed.encode(), hashlib.sha256))}"


def payload(**changes: Any) -> dict[str, Any]:
    """A good payload, changed; None takes a claim away."""
    content = {"sub": "7", "iat": NOW - 60, "exp": NOW + 600, **changes}
    return {name: value for name, value in content.items() if value is not None}


def signed(*, header: dict[str, Any] | None = None, **changes: Any) -> str:
    return raw({"alg": "HS256", "typ": "JWT"} | (header or {}), payload(**changes))


STRICT = {"iss": "https://id.example", "aud": "mediadock"}
ACCEPTED = {
    "a plain token": (HS, signed()),
    "one of ours": (HS, issue(HS, user_id=7, now=NOW)),
    "one of ours with a kid": (HS_KID, issue(HS_KID, user_id=7, now=NOW)),
    "no typ header": (HS, raw({"alg": "HS256"}, payload())),
    "typ at+jwt": (HS, signed(header={"typ": "at+JWT"})),
    "expired 29 seconds ago": (HS, signed(exp=NOW - 29)),
    "issued 30 seconds from now": (HS, signed(iat=NOW + 30)),
    "nbf 30 seconds from now": (HS, signed(nbf=NOW + 30)),
    "a fractional date": (HS, signed(exp=NOW + 0.5)),
    "the longest lifetime": (HS, signed(iat=NOW, exp=NOW + 86_400)),
    "a service of a year": (HS, signed(scope="service", iat=NOW, exp=NOW + 366 * 86_400)),
    "the greatest user id": (HS, signed(sub=str(2**63 - 1))),
    "issuer and audience": (HS_STRICT, signed(**STRICT)),
    "one of several audiences": (HS_STRICT, signed(**STRICT | {"aud": ["other", "mediadock"]})),
    "Keycloak's typ claim": (HS, signed(typ="Bearer")),
    "RS256": (RS, pyjwt.encode(payload(), RSA_KEY, algorithm="RS256")),
    "ES256": (ES, pyjwt.encode(payload(), EC_KEY, algorithm="ES256")),
}

GOOD = signed()
HEAD, BODY, SIGNATURE = GOOD.split(".")
PUBLIC_PEM = pem(RSA_KEY)
REFUSED = {
    "alg none": (HS, headed({"alg": "none"}) + f".{BODY}."),
    "alg None": (HS, headed({"alg": "None"}) + f".{BODY}."),
    "alg nOnE with a signature": (HS, raw({"alg": "nOnE"}, payload())),
    "alg empty": (HS, raw({"alg": ""}, payload())),
    "alg missing": (HS, raw({"typ": "JWT"}, payload())),
    "alg a list": (HS, raw({"alg": ["HS256"]}, payload())),
    "alg HS512": (HS, pyjwt.encode(payload(), SECRET * 2, algorithm="HS512")),
    "alg hs256 in lower case": (HS, raw({"alg": "hs256"}, payload())),
    "HS256 signed with the public PEM": (RS, raw({"alg": "HS256"}, payload(), key=PUBLIC_PEM)),
    "RS256 on the word of the header, signed with the PEM": (RS, raw({"alg": "RS256"}, payload(), key=PUBLIC_PEM)),
    "ES256 where RS256 is pinned": (RS, pyjwt.encode(payload(), EC_KEY, algorithm="ES256")),
    "RS256 where HS256 is pinned": (HS, pyjwt.encode(payload(), RSA_KEY, algorithm="RS256")),
    "an ES256 signature of zeros": (ES, headed({"alg": "ES256"}) + f".{BODY}.{encoded(bytes(64))}"),
    "another secret": (HS, raw({"alg": "HS256"}, payload(), key=OTHER_SECRET)),
    "an empty secret": (HS, raw({"alg": "HS256"}, payload(), key="")),
    "a changed payload": (HS, f"{HEAD}.{encoded(json.dumps(payload(sub='8')).encode())}.{SIGNATURE}"),
    "no signature": (HS, f"{HEAD}.{BODY}."),
    "a cut signature": (HS, GOOD[:-4]),
    "a signature with other spare bits": (HS, GOOD[:-1] + chr(ord(GOOD[-1]) + 1)),
    "padding": (HS, GOOD + "="),
    "a line break": (HS, GOOD + "\n"),
    "two parts": (HS, f"{HEAD}.{BODY}"),
    "four parts": (HS, f"{GOOD}.{SIGNATURE}"),
    "empty": (HS, ""),
    "only dots": (HS, ".."),
    "not ASCII": (HS, GOOD.replace("e", "é")),
    "one megabyte": (HS, signed(filler="x" * 1_000_000)),
    "one byte too long": (HS, "x" * 8193),
    "a kid where none is known": (HS, signed(header={"kid": "k1"})),
    "a kid that is a path": (HS_KID, signed(header={"kid": "../../dev/null"})),
    "a kid with an injection": (HS_KID, signed(header={"kid": "k1' UNION SELECT 'x"})),
    "a kid that is a number": (HS_KID, signed(header={"kid": 1})),
    "no kid where one is needed": (HS_KID, signed()),
    "jku": (HS, signed(header={"jku": "https://evil.example/keys"})),
    "x5u": (HS, signed(header={"x5u": "https://evil.example/cert"})),
    "x5c": (HS, signed(header={"x5c": ["MII"]})),
    "jwk": (HS, signed(header={"jwk": {"kty": "oct", "k": encoded(SECRET.encode())}})),
    "crit": (HS, signed(header={"crit": ["exp"]})),
    "b64 false": (HS, signed(header={"b64": False})),
    "another typ of token": (HS, signed(header={"typ": "JOSE"})),
    "alg twice in the header": (HS, raw(b'{"alg":"none","alg":"HS256"}', payload())),
    "sub twice": (HS, raw({"alg": "HS256"}, b'{"sub":"7","sub":"8","iat":%d,"exp":%d}' % (NOW, NOW + 60))),
    "a payload that is a list": (HS, raw({"alg": "HS256"}, [1])),
    "a payload that is no JSON": (HS, raw({"alg": "HS256"}, b"{")),
    "a payload of brackets": (HS, raw({"alg": "HS256"}, b"[" * 5000)),
    "no exp": (HS, signed(exp=None)),
    "exp a text": (HS, signed(exp=str(NOW + 600))),
    "exp true": (HS, signed(exp=True)),
    "exp NaN": (HS, raw({"alg": "HS256"}, b'{"sub":"7","iat":%d,"exp":NaN}' % NOW)),
    "exp infinite": (HS, raw({"alg": "HS256"}, b'{"sub":"7","iat":%d,"exp":1e999}' % NOW)),
    "expired 30 seconds ago": (HS, signed(exp=NOW - 30)),
    "expired 31 seconds ago": (HS, signed(exp=NOW - 31)),
    "no iat": (HS, signed(iat=None)),
    "iat in the future": (HS, signed(iat=NOW + 31)),
    "iat after exp": (HS, signed(iat=NOW + 20, exp=NOW + 10)),
    "nbf in the future": (HS, signed(nbf=NOW + 31)),
    "a life that is one second too long": (HS, signed(iat=NOW, exp=NOW + 86_401)),
    "a service of more than a year": (HS, signed(scope="service", iat=NOW, exp=NOW + 366 * 86_400 + 1)),
    "no sub": (HS, signed(sub=None)),
    "sub a number": (HS, signed(sub=7)),
    "sub empty": (HS, signed(sub="")),
    "sub zero": (HS, signed(sub="0")),
    "sub with a leading zero": (HS, signed(sub="07")),
    "sub negative": (HS, signed(sub="-7")),
    "sub with a space": (HS, signed(sub="7 ")),
    "sub in other digits": (HS, signed(sub="٧")),
    "sub beyond 64 bits": (HS, signed(sub=str(2**63))),
    "sub an injection": (HS, signed(sub="7 OR 1=1")),
    "scope a list": (HS, signed(scope=["service"])),
    "an audience where none is configured": (HS, signed(aud="mediadock")),
    "a list of audiences without ours": (HS_STRICT, signed(**STRICT | {"aud": ["other"]})),
    "a list of audiences with a number": (HS_STRICT, signed(**STRICT | {"aud": ["mediadock", 1]})),
    "no audience where one is configured": (HS_STRICT, signed(iss=STRICT["iss"])),
    "another issuer": (HS_STRICT, signed(**STRICT | {"iss": "https://evil.example"})),
    "issuer a list": (HS_STRICT, signed(**STRICT | {"iss": ["https://id.example"]})),
    "no issuer where one is configured": (HS_STRICT, signed(aud="mediadock")),
    "a refresh token": (HS, issue(HS, user_id=7, now=NOW, use="refresh")),
    "SimpleJWT's refresh token": (HS, signed(token_type="refresh")),
    "Keycloak's id token": (HS, signed(typ="ID")),
    "uses that disagree": (HS, signed(token_use="access", typ="Refresh")),
    "a use that is no text": (HS, signed(token_use=["access"])),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_good_token_is_believed(name: str) -> None:
    settings, token = ACCEPTED[name]
    claims = verify(token, settings, now=NOW)
    assert claims.user_id in (7, 2**63 - 1)
    assert claims.use == "access"


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_token_is_refused(name: str) -> None:
    settings, token = REFUSED[name]
    with pytest.raises(Unauthenticated) as refusal:
        verify(token, settings, now=NOW)
    assert refusal.value.code == ("token_expired" if name.startswith("expired") else "token_invalid")
    assert token == "" or token not in str(refusal.value)


@pytest.mark.parametrize(("use", "lifetime_s"), [("access", 15 * 60), ("refresh", 30 * 86_400)])
def test_what_is_issued_lives_as_long_as_promised_and_serves_its_use_only(use: Any, lifetime_s: int) -> None:
    token = issue(HS, user_id=7, now=NOW, use=use, stamp="abc")
    claims = verify(token, HS, now=NOW, use=use)
    assert (claims.expires_at - claims.issued_at, claims.use, claims.stamp) == (lifetime_s, use, "abc")
    with pytest.raises(Unauthenticated):
        verify(token, HS, now=NOW, use="refresh" if use == "access" else "access")


def test_a_lifetime_that_nobody_would_believe_is_not_issued() -> None:
    with pytest.raises(ValueError, match="would not be believed"):
        issue(HS, user_id=7, now=NOW, lifetime_s=86_401)
    assert verify(issue(HS, user_id=7, now=NOW, scope="service", lifetime_s=86_401), HS, now=NOW).scope == "service"


def test_without_a_signer_nothing_is_issued() -> None:
    with pytest.raises(ValueError, match="issues none"):
        issue(RS, user_id=7, now=NOW)


def test_keys_that_do_not_fit_their_algorithm_are_refused_at_start() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    other_curve = ec.generate_private_key(ec.SECP384R1())
    for attempt in (
        lambda: secret_key("short"),
        lambda: secret_key(PUBLIC_PEM),
        lambda: public_key(pem(EC_KEY), algorithm="RS256"),
        lambda: public_key(pem(weak), algorithm="RS256"),
        lambda: public_key(pem(other_curve), algorithm="ES256"),
        lambda: public_key("nothing", algorithm="ES256"),
        lambda: public_key(PUBLIC_PEM, algorithm="HS256"),
    ):
        with pytest.raises(UnusableKeyError):
            attempt()


def test_secrets_are_in_no_representation() -> None:
    assert SECRET not in repr(HS)
    assert SECRET not in repr(HS_KID)
