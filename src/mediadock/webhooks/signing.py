"""Signatures of Standard Webhooks 1.0 (symmetric): https://www.standardwebhooks.com. Pure, but for new secrets.

Signed is ``<webhook-id>.<webhook-timestamp>.<body>`` with HMAC-SHA256. A secret is ``whsec_`` and the base64 of its
bytes. While a secret is replaced, the header holds a signature by each, with a space between them.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping, Sequence

PREFIX = "whsec_"
_NEW_BYTES = 32
_FEWEST_BYTES, _MOST_BYTES = 24, 64
"""What the specification allows."""


def new_secret() -> str:
    """A random secret of 32 bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_NEW_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The bytes that a secret stands for. Raises ValueError when it is none, without showing it."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a secret is whsec_ and base64") from None
    if not secret.startswith(PREFIX) or not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
        raise ValueError("a secret is whsec_ and the base64 of 24 to 64 bytes")
    return key


def sign(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature, ``v1,<base64>``. ``timestamp`` is seconds since 1970."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key_of(secret), signed, "sha256")).decode()


def signed_headers(secrets_in_use: Sequence[str], *, message_id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The three headers of a delivery that is sent at ``timestamp``."""
    signatures = [sign(each, message_id=message_id, timestamp=timestamp, body=body) for each in secrets_in_use]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
