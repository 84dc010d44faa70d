"""Verification keys, each bound to one algorithm, found by ``kid`` in a fixed map.

A key that knows its algorithm is what makes the RS256-to-HS256 confusion impossible: the token's ``alg``
is compared with the key's and never chooses how the key is used (RFC 8725 sections 2.1 and 3.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import Algorithm, ECAlgorithm, HMACAlgorithm, RSAAlgorithm
from jwt.exceptions import InvalidKeyError

MIN_SECRET_BYTES = 32  # RFC 7518 section 3.2: at least the size of the hash
MIN_RSA_BITS = 2048  # RFC 7518 section 3.3
ALGORITHMS: Mapping[str, Algorithm] = {
    "HS256": HMACAlgorithm(HMACAlgorithm.SHA256),
    "RS256": RSAAlgorithm(RSAAlgorithm.SHA256),
    "ES256": ECAlgorithm(ECAlgorithm.SHA256, expected_curve=SECP256R1),
}


class UnusableKeyError(ValueError):
    """The configured key cannot serve the configured algorithm; the message says why, without the key."""


@dataclass(frozen=True)
class VerificationKey:
    """A prepared key and the one algorithm it is for."""

    algorithm: str
    prepared: Any = field(repr=False)

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """True when ``signature`` is this key's over ``message``."""
        return ALGORITHMS[self.algorithm].verify(message, self.prepared, signature)


class KeySource(Protocol):
    """Where the verifier finds a key. ``kid`` is what the token says, or None; None back means refused."""

    def key_for(self, kid: str | None) -> VerificationKey | None: ...


@dataclass(frozen=True)
class FixedKeys:
    """Keys known at start; ``by_kid[None]`` is for tokens that name none."""

    by_kid: Mapping[str | None, VerificationKey]

    def key_for(self, kid: str | None) -> VerificationKey | None:
        return self.by_kid.get(kid)


def secret_key(secret: str) -> VerificationKey:
    """A shared secret for HS256. Raises UnusableKeyError for a short one and for what looks like a public key."""
    if len(secret.encode()) < MIN_SECRET_BYTES:
        raise UnusableKeyError(f"An HS256 secret needs at least {MIN_SECRET_BYTES} bytes.")
    try:
        return VerificationKey("HS256", ALGORITHMS["HS256"].prepare_key(secret))
    except InvalidKeyError as error:
        raise UnusableKeyError("An HS256 secret must not be a PEM or SSH key.") from error


def public_key(pem: str, *, algorithm: str) -> VerificationKey:
    """A public key in PEM for RS256 or ES256. Raises UnusableKeyError."""
    if algorithm not in ("RS256", "ES256"):
        raise UnusableKeyError(f"{algorithm!r} takes no public key.")
    try:
        prepared = ALGORITHMS[algorithm].prepare_key(pem)
    except (InvalidKeyError, ValueError, TypeError) as error:
        raise UnusableKeyError(f"The public key is not a PEM that {algorithm} can use.") from error
    return checked_public_key(prepared, algorithm=algorithm)


def checked_public_key(prepared: object, *, algorithm: str) -> VerificationKey:
    """The key, when it is a public one of the algorithm's kind and strength. Raises UnusableKeyError."""
    if algorithm == "RS256":
        if not isinstance(prepared, RSAPublicKey) or prepared.key_size < MIN_RSA_BITS:
            raise UnusableKeyError(f"RS256 needs an RSA public key of at least {MIN_RSA_BITS} bits.")
    elif algorithm == "ES256":
        if not isinstance(prepared, EllipticCurvePublicKey) or not isinstance(prepared.curve, SECP256R1):
            raise UnusableKeyError("ES256 needs a public key on the curve P-256.")
    else:
        raise UnusableKeyError(f"{algorithm!r} takes no public key.")
    return VerificationKey(algorithm, prepared)
