"""Secrets out of text: what a log line must never hold, and how it is struck out. Pure.

Struck out are a presigned URL's signature, credential and session token, bearer tokens and JWTs wherever they stand,
one-time tickets, passwords in URLs and in JSON, secrets and signatures of webhooks. What is left of a URL still tells
bucket, key and expiry.
"""

from __future__ import annotations

import re

STRUCK_OUT = "[redacted]"

_NAMED = re.compile(
    r"""(?ix)
    ( x-amz-(?:signature|credential|security-token) (?:=|%3d)   # a presigned URL, also quoted inside another
    | \b(?:signature|credential)=                               # an Authorization header of SigV4
    | \bticket(?:=|%3d)                                         # ?ticket= of a socket
    | \bauthorization["']?:\s*["']?(?:basic|bearer)?\s*
    | \bbearer[ .]+ (?= [^\s"'&,;<>|)\]}]{8} )                  # not "a bearer token"
    )
    [^\s"'&,;<>|)\]}]+
    """
)
_NAMES = "access|refresh|ticket|password|secret|token|secret_key|access_key|session_token"
_NAME = re.compile(_NAMES, re.IGNORECASE)
_QUOTED = re.compile(
    rf"""(?ix)
    ( (["'])(?:{_NAMES})\2 \s*:\s* (["']) )
    (?: \\. | (?!\3). )*
    """
)
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*")
_WEBHOOK = re.compile(r"(\bwhsec_|\bv1,)[A-Za-z0-9+/]{16,}={0,2}")
_URL_PASSWORD = re.compile(r"(?<=://)([^\s/:@]*):[^\s/@]+(?=@)")


def is_named_as_secret(name: str) -> bool:
    """Whether a field of this name holds a secret, whatever it looks like."""
    return _NAME.fullmatch(name) is not None


def redact(text: str) -> str:
    """``text`` with every secret in it struck out; the rest is as it was."""
    text = _NAMED.sub(rf"\g<1>{STRUCK_OUT}", text)
    text = _QUOTED.sub(rf"\g<1>{STRUCK_OUT}", text)
    text = _JWT.sub(STRUCK_OUT, text)
    text = _WEBHOOK.sub(rf"\g<1>{STRUCK_OUT}", text)
    return _URL_PASSWORD.sub(rf"\g<1>:{STRUCK_OUT}", text)
