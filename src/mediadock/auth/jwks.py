"""Keys of an issuer, read from its JWKS address (RFC 7517): cached, bounded, never on the word of a token.

The address is configuration. A ``kid`` that is not in the set causes one reload at most every ``min_reload_s``,
so that a flood of invented kids is no flood of requests. When the issuer does not answer, the keys we have stay good
until ``max_stale_s``; after that every token is refused with 503, because we can no longer know.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlsplit

from jwt import PyJWK
from jwt.exceptions import PyJWTError

from mediadock.auth.keys import UnusableKeyError, VerificationKey, checked_public_key
from mediadock.core.errors import Unavailable

log = logging.getLogger(__name__)
MAX_DOCUMENT_BYTES = 256 * 1024
MAX_KEYS = 64
TIMEOUT_S = 3.0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """An address that moves is for the operator to look at, not for us to follow."""


def fetch_document(url: str, *, timeout_s: float = TIMEOUT_S) -> bytes:
    """The document at ``url``: no redirect, bounded in size, its body also in time however slowly it comes.

    Raises OSError and ValueError.
    """
    deadline = time.monotonic() + timeout_s
    body = b""
    try:
        with urllib.request.build_opener(_NoRedirect()).open(url, timeout=timeout_s) as answer:
            while block := answer.read1(MAX_DOCUMENT_BYTES):
                body += block
                if len(body) > MAX_DOCUMENT_BYTES:
                    raise ValueError("the key set is too large")
                if time.monotonic() > deadline:
                    raise TimeoutError("the key set comes too slowly")
    except HTTPError as error:
        error.close()  # it holds the connection
        raise
    except HTTPException as error:  # neither of the two: an answer that is no HTTP, or breaks off
        raise OSError(f"the issuer breaks off: {type(error).__name__}") from error
    return body


@dataclass
class JwksKeys:
    """A KeySource over one address; thread-safe."""

    url: str
    algorithms: tuple[str, ...]
    max_age_s: float = 600
    min_reload_s: float = 30
    max_stale_s: float = 24 * 3600
    fetch: Callable[[str], bytes] = fetch_document
    clock: Callable[[], float] = time.monotonic
    _keys: dict[str | None, VerificationKey] = field(default_factory=dict, init=False)
    _loaded_at: float = field(default=float("-inf"), init=False)
    _tried_at: float = field(default=float("-inf"), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        local = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise UnusableKeyError("A JWKS address must be https.")

    def key_for(self, kid: str | None) -> VerificationKey | None:
        """The key named ``kid``, or the only one there is when the token names none. Raises Unavailable."""
        key = self._keys.get(kid)
        if key is None or self.clock() - self._loaded_at > self.max_age_s:
            self._reload(wait=key is None)
            key = self._keys.get(kid)
        if self.clock() - self._loaded_at > self.max_stale_s:
            raise Unavailable("keys_unavailable", "Tokens cannot be checked right now. Try again.", retry_after_s=5)
        return key

    def _reload(self, *, wait: bool) -> None:
        """Read the set again, one thread at a time; the others wait only when they have no key to go on with."""
        if not self._lock.acquire(blocking=wait):
            return
        try:
            if self.clock() - self._tried_at < self.min_reload_s:
                return
            self._tried_at = self.clock()
            self._keys = parse_key_set(self.fetch(self.url), algorithms=self.algorithms)
            self._loaded_at = self.clock()
        except (OSError, ValueError) as error:
            log.warning("jwks_unreadable url=%s error=%r", self.url, error)  # what we have stays good until max_stale_s
        finally:
            self._lock.release()


def parse_key_set(document: bytes, *, algorithms: tuple[str, ...]) -> dict[str | None, VerificationKey]:
    """The usable signature keys of a set; a single one also answers for tokens without ``kid``. Raises ValueError."""
    try:
        content = json.loads(document)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    listed = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise ValueError("no key set, or too many keys")
    keys: dict[str | None, VerificationKey] = {}
    for entry in listed:
        key = _usable(entry, algorithms)
        if key is not None:
            keys[entry.get("kid")] = key
    if len(keys) == 1:
        keys[None] = next(iter(keys.values()))
    else:
        keys.pop(None, None)
    return keys


def _usable(entry: object, algorithms: tuple[str, ...]) -> VerificationKey | None:
    """The key, or None for one that is not ours to use: of encryption, symmetric, of another algorithm, weak."""
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    if not isinstance(entry.get("kid"), str | None) or "d" in entry:
        return None
    algorithm = entry.get("alg") or {"RSA": "RS256", "EC": "ES256"}.get(str(entry.get("kty")))
    if algorithm not in algorithms or algorithm == "HS256":
        return None
    try:
        return checked_public_key(PyJWK(entry, algorithm).key, algorithm=algorithm)
    except (PyJWTError, UnusableKeyError, ValueError, TypeError):
        return None
