"""Tokens that are wrong in one way each (RFC 8725), for whatever deployment; otherwise each is a good one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import Any

import jwt as pyjwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

ISSUER, AUDIENCE = "https://id.example", "mediadock"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """The RSA key of that name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    """The key of that name on the curve P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: PrivateKey) -> str:
    """The public half."""
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, form).decode()


def encoded(content: object) -> str:
    """base64url of a document, or of bytes as they are."""
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass(frozen=True)
class Deployment:
    """How one deployment's good tokens are made. ``known`` is what everybody knows of its keys."""

    algorithm: str
    key: str | PrivateKey = field(repr=False)
    user_id: int
    known: str = field(repr=False)
    kid: str | None = None
    issuer: str | None = ISSUER
    audience: str | None = AUDIENCE

    def header(self, **changes: object) -> dict[str, object]:
        """A good header, changed; None takes a member away."""
        return _changed({"alg": self.algorithm, "typ": "JWT", "kid": self.kid}, changes)

    def payload(self, **changes: object) -> dict[str, object]:
        """A good payload, changed; None takes a claim away."""
        now = int(time.time())
        good = {"sub": str(self.user_id), "iat": now - 60, "exp": now + 600, "iss": self.issuer, "aud": self.audience}
        return _changed(good, changes)

    def sealed(self, header: object, payload: object) -> str:
        """The deployment's own signature, whatever it is over; documents, or bytes as they are."""
        signed = f"{encoded(header)}.{encoded(payload)}"
        algorithm = pyjwt.get_algorithm_by_name(self.algorithm)
        return f"{signed}.{encoded(algorithm.sign(signed.encode(), algorithm.prepare_key(self.key)))}"

    def token(self, *, header: Mapping[str, object] | None = None, **claims: object) -> str:
        """A good token, but for what is changed."""
        return self.sealed(self.header(**(header or {})), self.payload(**claims))

    def otherwise(self, algorithm: str, key: Any, *, says: str | None = None) -> str:
        """A token of another algorithm and key; its header ``says`` this algorithm."""
        return replace(self, algorithm=algorithm, key=key).token(header={"alg": says or algorithm})

    def by_hmac(self, secret: str, *, says: str = "HS256", digest: Callable[..., Any] = hashlib.sha256) -> str:
        """A token under an HMAC of whatever text, which PyJWT would not sign with."""
        signed = f"{encoded(self.header(alg=says))}.{encoded(self.payload())}"
        return f"{signed}.{encoded(hmac.digest(secret.encode(), signed.encode(), digest))}"

    def text(self, claims: str) -> str:
        """A token whose claims are this JSON text, with ``sub``, ``iat``, ``exp`` and so on put for ``*``."""
        rest = json.dumps(self.payload())[1:-1]
        return self.sealed(self.header(), claims.replace("*", rest).encode())

    def parts(self) -> list[str]:
        """Header, payload and signature of a good token."""
        return self.token().split(".")


def _changed(content: dict[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in {**content, **changes}.items() if value is not None}


def _now(seconds: float) -> float:
    return time.time() + seconds


def _with_underscores(deployment: Deployment) -> str:
    tokens = (deployment.token(jti=str(number)) for number in count())
    return next(token for token in tokens if "_" in token)


_p384 = cache(lambda: ec.generate_private_key(ec.SECP384R1()))
_ed25519 = cache(ed25519.Ed25519PrivateKey.generate)
_JKU = "http://127.0.0.1:9/keys"

Wrong = Callable[[Deployment], str]
REFUSED: Mapping[str, Wrong] = {
    "alg none": lambda d: f"{encoded(d.header(alg='none'))}.{d.parts()[1]}.",
    "alg None": lambda d: f"{encoded(d.header(alg='None'))}.{d.parts()[1]}.",
    "alg nOnE, signed": lambda d: d.token(header={"alg": "nOnE"}),
    "alg none, without its last dot": lambda d: f"{encoded(d.header(alg='none'))}.{d.parts()[1]}",
    "alg missing": lambda d: d.token(header={"alg": None}),
    "alg a list": lambda d: d.token(header={"alg": [d.algorithm]}),
    "alg a number": lambda d: d.token(header={"alg": 256}),
    "alg in lower case": lambda d: d.token(header={"alg": d.algorithm.lower()}),
    "alg with a space": lambda d: d.token(header={"alg": f"{d.algorithm} "}),
    "alg twice": lambda d: d.sealed(b'{"alg":"none",' + json.dumps(d.header()).encode()[1:], d.payload()),
    "HS256 under what everybody knows": lambda d: d.by_hmac(d.known),
    "HS256 under it without its last line break": lambda d: d.by_hmac(d.known.rstrip()),
    "our algorithm in name, HMAC under what everybody knows": lambda d: d.by_hmac(d.known, says=d.algorithm),
    "HS256 under nothing": lambda d: d.by_hmac(""),
    "HS256 under another secret": lambda d: d.by_hmac("somebody else's secret, of more than 32 bytes"),
    "HS512": lambda d: d.by_hmac(d.key if isinstance(d.key, str) else d.known, says="HS512", digest=hashlib.sha512),
    "PS256": lambda d: d.otherwise("PS256", rsa_key("good")),
    "RS512": lambda d: d.otherwise("RS512", rsa_key("good")),
    "RS256 of another key": lambda d: d.otherwise("RS256", rsa_key("foreign")),
    "RS256 of 1024 bits": lambda d: d.otherwise("RS256", rsa_key("weak", 1024)),
    "ES256 of another key": lambda d: d.otherwise("ES256", ec_key("foreign")),
    "ES256 on another curve": lambda d: d.otherwise("ES384", _p384(), says="ES256"),
    "ES256 of zeros": lambda d: f"{encoded(d.header(alg='ES256'))}.{encoded(d.payload())}.{encoded(bytes(64))}",
    "EdDSA": lambda d: d.otherwise("EdDSA", _ed25519()),
    "kid a path": lambda d: d.by_hmac("", says=d.algorithm).replace(d.parts()[0], encoded(d.header(kid="/dev/null"))),
    "kid a way up": lambda d: d.token(header={"kid": "../../../../dev/null"}),
    "kid an injection": lambda d: d.token(header={"kid": "x' UNION SELECT 'secret' --"}),
    "kid an address": lambda d: d.token(header={"kid": _JKU}),
    "kid a number": lambda d: d.token(header={"kid": 1}),
    "kid empty": lambda d: d.token(header={"kid": ""}),
    "kid long": lambda d: d.token(header={"kid": "k" * 257}),
    "jku": lambda d: d.token(header={"jku": _JKU}),
    "x5u": lambda d: d.token(header={"x5u": _JKU}),
    "x5c": lambda d: d.token(header={"x5c": ["MIIB"]}),
    "jwk": lambda d: d.token(header={"jwk": {"kty": "oct", "k": encoded(b"x" * 32)}}),
    "crit": lambda d: d.token(header={"crit": ["exp"]}),
    "b64 false": lambda d: d.token(header={"b64": False}),
    "a header nobody knows": lambda d: d.token(header={"zip": "DEF"}),
    "typ of a proof": lambda d: d.token(header={"typ": "dpop+jwt"}),
    "nested": lambda d: d.sealed(d.header(cty="JWT"), d.token().encode()),
    "claims a list": lambda d: d.sealed(d.header(), [d.payload()]),
    "claims no JSON": lambda d: d.sealed(d.header(), b"{"),
    "claims with a member twice": lambda d: d.text('{"sub":"1",*}'),
    "claims with exp twice": lambda d: d.text('{*,"exp":99999999999}'),
    "claims of brackets": lambda d: d.sealed(d.header(), b"[" * 5000),
    "exp missing": lambda d: d.token(exp=None),
    "exp a text": lambda d: d.token(exp=str(int(_now(600)))),
    "exp true": lambda d: d.token(exp=True),
    "exp a list": lambda d: d.token(exp=[_now(600)]),
    "exp NaN": lambda d: d.token(exp=float("nan")),
    "exp infinite": lambda d: d.token(exp=float("inf")),
    "exp beyond a float": lambda d: d.sealed(
        d.header(), json.dumps(d.payload(exp=7)).replace('"exp": 7', '"exp": 1e999').encode()
    ),
    "exp of five thousand digits": lambda d: d.sealed(
        d.header(), json.dumps(d.payload(exp=7)).replace('"exp": 7', '"exp": ' + "9" * 5000).encode()
    ),
    "exp negative": lambda d: d.token(exp=-1),
    "expired 31 seconds ago": lambda d: d.token(exp=_now(-31)),
    "expired a year ago": lambda d: d.token(iat=_now(-3.2e7), exp=_now(-3.2e7 + 600)),
    "a life of more than a day": lambda d: d.token(exp=_now(86_400 + 60)),
    "iat missing": lambda d: d.token(iat=None),
    "iat a text": lambda d: d.token(iat="now"),
    "iat tomorrow": lambda d: d.token(iat=_now(86_400), exp=_now(86_500)),
    "nbf tomorrow": lambda d: d.token(nbf=_now(86_400)),
    "nbf a text": lambda d: d.token(nbf="now"),
    "sub missing": lambda d: d.token(sub=None),
    "sub a number": lambda d: d.token(sub=d.user_id),
    "sub zero": lambda d: d.token(sub="0"),
    "sub negative": lambda d: d.token(sub=f"-{d.user_id}"),
    "sub with a zero in front": lambda d: d.token(sub=f"0{d.user_id}"),
    "sub with a line break": lambda d: d.token(sub=f"{d.user_id}\n"),
    "sub in other digits": lambda d: d.token(sub="٣"),
    "sub a fraction": lambda d: d.token(sub=f"{d.user_id}.0"),
    "sub huge": lambda d: d.token(sub="9" * 4000),
    "sub beyond 64 bits": lambda d: d.token(sub=str(2**63)),
    "sub a list": lambda d: d.token(sub=[str(d.user_id)]),
    "iss of another": lambda d: d.token(iss="https://evil.example"),
    "iss a list": lambda d: d.token(iss=["https://id.example"]),
    "aud of another": lambda d: d.token(aud="another"),
    "aud a list of others": lambda d: d.token(aud=["another", "mediadock-admin"]),
    "aud a list with a number": lambda d: d.token(aud=[AUDIENCE, 7]),
    "scope a list": lambda d: d.token(scope=["service"]),
    "a refresh token": lambda d: d.token(token_use="refresh"),
    "SimpleJWT's refresh token": lambda d: d.token(token_type="refresh"),
    "an id token": lambda d: d.token(token_use="id"),
    "Keycloak's id token": lambda d: d.token(typ="ID"),
    "a use that is no text": lambda d: d.token(token_use={"access": True}),
    "signature empty": lambda d: ".".join(d.parts()[:2]) + ".",
    "signature missing": lambda d: ".".join(d.parts()[:2]),
    "signature cut": lambda d: d.token()[:-4],
    "signature of another token": lambda d: ".".join([*d.parts()[:2], d.token(jti="other").split(".")[2]]),
    "claims changed": lambda d: ".".join([d.parts()[0], encoded(d.payload(sub=str(d.user_id + 1))), d.parts()[2]]),
    "header alone": lambda d: d.parts()[0],
    "header empty": lambda d: "." + ".".join(d.parts()[1:]),
    "five parts": lambda d: ".".join([*d.parts(), *d.parts()[:2]]),
    "dots alone": lambda _: "..",
    "padded": lambda d: d.token() + "=",
    "padded inside": lambda d: ".".join([d.parts()[0] + "==", *d.parts()[1:]]),
    "base64 of the other alphabet": lambda d: _with_underscores(d).replace("_", "/"),
    "a space inside": lambda d: d.token().replace(".", ". "),
    "JSON in place of a token": lambda d: json.dumps({"payload": d.parts()[1], "signature": d.parts()[2]}),
    "one megabyte": lambda d: d.token(filler="x" * 1_000_000),
    "nine kilobytes": lambda d: d.token(filler="x" * 9_000),
}
"""By name, what makes the token."""

MALFORMED: Mapping[str, Wrong] = {
    "no scheme": lambda d: d.token(),
    "another scheme": lambda d: f"Token {d.token()}",
    "Basic": lambda d: f"Basic {encoded(f'user:{d.token()}'.encode())}",
    "the scheme alone": lambda _: "Bearer",
    "the scheme and spaces": lambda _: "Bearer    ",
    "the scheme twice": lambda d: f"Bearer Bearer {d.token()}",
    "two tokens": lambda d: f"Bearer {d.token()}, Bearer {d.token()}",
    "a quoted token": lambda d: f'Bearer "{d.token()}"',
    "a tab": lambda d: f"Bearer\t{d.token()}",
    "dots of another script": lambda d: "Bearer " + d.token().replace(".", "\u3002"),
    "full-width dots": lambda d: "Bearer " + d.token().replace(".", "\uff0e"),
    "bytes that are no text": lambda d: f"Bearer {d.token()}\xff",
}
"""By name, what makes the whole header."""
