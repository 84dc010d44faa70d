"""AWS Signature Version 4 for S3, the parts that presigned URLs and our own calls share. Pure.

Source: AWS, "Authenticating Requests (AWS Signature Version 4)", S3 API reference.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

from mediadock.storage.config import Address, StoreConfig

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
EMPTY_SHA256 = sha256(b"").hexdigest()

_BLOCK_BYTES = 64  # of SHA-256
_INNER_PAD = bytes(byte ^ 0x36 for byte in range(256))
_OUTER_PAD = bytes(byte ^ 0x5C for byte in range(256))

Query = Iterable[tuple[str, str]]


class SigningMoment:
    """Everything of a signature that depends on the time only: good for any number of requests.

    ``timestamp`` is ISO basic UTC, ``credential`` is ``access_key/scope``. The two halves of the HMAC (RFC 2104)
    have absorbed the key, and the inner one the string to sign up to the hash of the canonical request: copying
    them for each signature costs a third of ``hmac.digest``, which begins anew.
    """

    def __init__(self, timestamp: str, scope: str, *, access_key: str, signing_key: bytes) -> None:
        self.timestamp = timestamp
        self.credential = f"{access_key}/{scope}"
        block = signing_key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(block.translate(_INNER_PAD) + f"{ALGORITHM}\n{timestamp}\n{scope}\n".encode())
        self._outer = sha256(block.translate(_OUTER_PAD))

    def signature(self, canonical_sha256: str) -> str:
        """The hex signature of a canonical request whose hex SHA-256 is given."""
        inner = self._inner.copy()
        inner.update(canonical_sha256.encode("ascii"))
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.hexdigest()


class Signer:
    """Derives the signing key of a day once and keeps it: it costs four HMACs, more than a signature.

    The latest moment is kept as well: a busy server signs many times in one second.
    """

    def __init__(self, config: StoreConfig) -> None:
        self._config = config
        self._of_day: tuple[str, bytes] = ("", b"")
        self._latest: tuple[datetime, SigningMoment] | None = None

    def at(self, now: datetime) -> SigningMoment:
        """The moment ``now``, which must know its time zone (ValueError)."""
        if now.tzinfo is None:
            raise ValueError("now has no time zone")
        second = now.replace(microsecond=0)
        latest = self._latest  # one tuple, so that threads never see a second with another one's moment
        if latest is None or latest[0] != second:
            self._latest = latest = (second, self._moment(second))
        return latest[1]

    def _moment(self, now: datetime) -> SigningMoment:
        timestamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        day = timestamp[:8]
        scope = f"{day}/{self._config.region}/s3/aws4_request"
        return SigningMoment(timestamp, scope, access_key=self._config.access_key, signing_key=self._key(day))

    def _key(self, day: str) -> bytes:
        kept_day, key = self._of_day  # one tuple, so that threads never see a day with another day's key
        if kept_day != day:
            key = f"AWS4{self._config.secret_key}".encode()
            for step in (day, self._config.region, "s3", "aws4_request"):
                key = hmac.digest(key, step.encode(), "sha256")
            self._of_day = (day, key)
        return key

    def sign_headers(
        self,
        method: str,
        address: Address,
        path: str,
        *,
        query: Query,
        headers: Mapping[str, str],
        payload_sha256: str,
        now: datetime,
    ) -> dict[str, str]:
        """All headers to send, Authorization among them; ``headers`` are sent and signed, every one.

        ``path`` is encoded already; ``query`` is not.
        """
        moment = self.at(now)
        signed = {name.lower(): value for name, value in headers.items()}
        signed["host"] = address.host_header
        signed["x-amz-date"] = moment.timestamp
        signed["x-amz-content-sha256"] = payload_sha256
        if self._config.session_token is not None:
            signed["x-amz-security-token"] = self._config.session_token
        names = ";".join(sorted(signed))
        canonical = f"{method}\n{path}\n{sorted_query(query)}\n{canonical_headers(signed)}\n{names}\n{payload_sha256}"
        signature = moment.signature(sha256(canonical.encode()).hexdigest())
        signed["authorization"] = (
            f"{ALGORITHM} Credential={moment.credential}, SignedHeaders={names}, Signature={signature}"
        )
        return signed


def encode_path(path: str) -> str:
    """``path`` as SigV4 for S3 asks: everything encoded but ``A-Z a-z 0-9 - . _ ~ /``, nothing normalised."""
    return quote(path, safe="/")


def encode_query(query: Query) -> str:
    """``query`` percent-encoded in the order given (a space is ``%20``)."""
    return joined(encode_pairs(query))


def sorted_query(query: Query) -> str:
    """``query`` percent-encoded and sorted by encoded name, the canonical form."""
    return joined(sorted(encode_pairs(query)))


def encode_pairs(query: Query) -> list[tuple[str, str]]:
    """Names and values of ``query``, percent-encoded."""
    return [(_encoded(name), _encoded(value)) for name, value in query]


def joined(pairs: Query) -> str:
    """A query of pairs that are encoded already."""
    return "&".join(f"{name}={value}" for name, value in pairs)


@lru_cache(maxsize=512)  # nearly all names and values are those of the address before
def _encoded(text: str) -> str:
    return quote(text, safe="")


def canonical_headers(headers: Mapping[str, str]) -> str:
    """Lower-case ``headers`` sorted, one a line, runs of space folded, each line ended.

    Raises ValueError for a control character, which could start another header, and for what is not ASCII,
    which clients encode as they like.
    """
    lines = []
    for name in sorted(headers):
        value = headers[name]
        if not (value.isascii() and value.isprintable()):
            raise ValueError(f"the header {name} has a control character or is not ASCII")
        lines.append(f"{name}:{' '.join(value.split())}\n")
    return "".join(lines)
