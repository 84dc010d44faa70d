"""Signed tokens: ``verify`` believes one or raises, ``issue`` makes one. Pure: the clock is an argument.

How it works: the envelope is read strictly (size, alphabet, no duplicate member, no header that points at a key),
the key is found by ``kid`` in a fixed map and knows its algorithm, PyJWT's algorithm checks the signature,
``claims`` checks the rest. The hot path prepares nothing: about 15 microseconds for HS256.
Sources: RFC 7515, RFC 7519, RFC 8725. It cannot revoke: a stolen token is good until it expires.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import jwt

from mediadock.auth.claims import ClaimError, ClaimRules, Claims, ExpiredError, TokenUse, check_claims
from mediadock.auth.keys import KeySource
from mediadock.auth.principal import SERVICE_SCOPE
from mediadock.core.errors import Unauthenticated

MAX_TOKEN_BYTES: Final = 8 * 1024
ACCESS_LIFETIME_S: Final = 15 * 60
REFRESH_LIFETIME_S: Final = 30 * 24 * 3600
_KNOWN_HEADERS: Final = frozenset({"alg", "typ", "kid", "cty", "x5t", "x5t#S256"})  # jku x5u jwk x5c crit b64: refused
_TYPES: Final = frozenset({"jwt", "at+jwt"})


class TokenError(ValueError):
    """The envelope is malformed or the signature is not one of ours; for the log only."""


@dataclass(frozen=True)
class Signer:
    """What ``issue`` signs with: HS256 and the deployment's own secret."""

    secret: str = field(repr=False)
    kid: str | None = None


@dataclass(frozen=True)
class TokenSettings:
    """Which tokens are believed: the pinned algorithms, where keys are found, the rules for claims."""

    algorithms: tuple[str, ...]
    keys: KeySource
    rules: ClaimRules = field(default_factory=ClaimRules)
    signer: Signer | None = None


def verify(token: str, settings: TokenSettings, *, now: float, use: TokenUse = "access") -> Claims:
    """The claims of a token that holds at ``now`` (seconds since the epoch) and is for ``use``.

    Raises Unauthenticated: ``token_expired`` (a new one helps) or ``token_invalid``. The reason goes to the log alone.
    """
    try:
        claims = check_claims(_open(token, settings), settings.rules, now=now)
        if claims.use != use:
            raise ClaimError(f"a token of use {claims.use}")
    except ExpiredError as error:
        raise Unauthenticated("token_expired", "The token has expired. Sign in again.", log=str(error)) from None
    except (TokenError, ClaimError) as error:
        raise Unauthenticated("token_invalid", "The token is not accepted. Sign in again.", log=str(error)) from None
    return claims


def issue(
    settings: TokenSettings,
    *,
    user_id: int,
    now: float,
    use: TokenUse = "access",
    scope: str | None = None,
    lifetime_s: int | None = None,
    stamp: str | None = None,
) -> str:
    """A token for ``user_id``: 15 minutes for access, 30 days for refresh, unless ``lifetime_s`` says otherwise.

    ``stamp`` is opaque to us and comes back in the claims. Raises ValueError when the settings hold no signer
    (tokens come from elsewhere) or would not believe such a lifetime.
    """
    if settings.signer is None:
        raise ValueError("This deployment verifies tokens and issues none.")
    lifetime_s = lifetime_s or (REFRESH_LIFETIME_S if use == "refresh" else ACCESS_LIFETIME_S)
    service = scope is not None and SERVICE_SCOPE in scope.split(" ")
    if lifetime_s > settings.rules.max_lifetime_s(use=use, service=service):
        raise ValueError(f"A lifetime of {lifetime_s} s would not be believed.")
    optional = {"scope": scope, "stamp": stamp, "iss": settings.rules.issuer, "aud": settings.rules.audience}
    payload: dict[str, Any] = {"sub": str(user_id), "iat": int(now), "exp": int(now) + lifetime_s, "token_use": use}
    payload |= {name: value for name, value in optional.items() if value is not None}
    headers = {"kid": settings.signer.kid} if settings.signer.kid else None
    return jwt.encode(payload, settings.signer.secret, algorithm="HS256", headers=headers)


def _open(token: str, settings: TokenSettings) -> dict[str, object]:
    """The payload, once its signature is verified. Raises TokenError."""
    if len(token) > MAX_TOKEN_BYTES:
        raise TokenError("too long")
    if not token.isascii() or token.count(".") != 2:
        raise TokenError("not three parts")
    signed, _, signature = token.rpartition(".")
    header_part, _, payload_part = signed.partition(".")
    algorithm, kid = _algorithm_and_kid(header_part)
    if algorithm not in settings.algorithms:
        raise TokenError("an algorithm that is not pinned")
    key = settings.keys.key_for(kid)
    if key is None or key.algorithm != algorithm:
        raise TokenError("no key for it")
    if not key.verifies(signed.encode(), _base64url(signature)):
        raise TokenError("a signature that is not its key's")
    return _json_object(_base64url(payload_part))


@lru_cache(maxsize=64)  # an issuer's tokens all begin alike, and a text means the same each time; refusals are not kept
def _algorithm_and_kid(header_part: str) -> tuple[object, str | None]:
    header = _json_object(_base64url(header_part))
    return header.get("alg"), _checked_kid(header)


def _checked_kid(header: Mapping[str, object]) -> str | None:
    if not header.keys() <= _KNOWN_HEADERS:
        raise TokenError("a header that is not allowed")
    kind, kid = header.get("typ"), header.get("kid")
    if kind is not None and (not isinstance(kind, str) or kind.lower().removeprefix("application/") not in _TYPES):
        raise TokenError("another type of token")
    if kid is not None and (not isinstance(kid, str) or not 0 < len(kid) <= 256):
        raise TokenError("a kid that is no name")
    return kid


def _base64url(part: str) -> bytes:
    """Decoded; only the canonical form is taken, so that no two texts are the same token."""
    try:
        decoded = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise TokenError("no base64url") from None
    if urlsafe_b64encode(decoded).rstrip(b"=") != part.encode():
        raise TokenError("base64url that is not canonical")
    return decoded


def _json_object(text: bytes) -> dict[str, object]:
    try:
        value = _STRICT_JSON.decode(text.decode())
    except (ValueError, RecursionError):
        raise TokenError("no JSON, or a member twice") from None
    if not isinstance(value, dict):
        raise TokenError("no JSON object")
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    return members


def _no_constant(name: str) -> object:
    raise ValueError(name)


_STRICT_JSON: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
"""Made once: ``json.loads`` makes one for each text where it is given hooks."""
