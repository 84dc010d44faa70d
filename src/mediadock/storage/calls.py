"""One signed call to the store: attempts, deadlines, and the store's refusals as named errors."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import BinaryIO

from mediadock.storage.answers import MAX_DOCUMENT_BYTES, error_code
from mediadock.storage.config import StoreConfig
from mediadock.storage.connections import ConnectionPool, Lease
from mediadock.storage.errors import (
    ObjectMissing,
    PartsMismatch,
    SourceChanged,
    StoreRefused,
    StoreUnavailable,
    UploadMissing,
)
from mediadock.storage.signing import EMPTY_SHA256, Signer, encode_query

_TRANSIENT_STATUSES = frozenset({429, 500, 502, 503, 504})
_TRANSIENT_CODES = frozenset({"InternalError", "RequestTimeout", "ServiceUnavailable", "SlowDown", "OperationAborted"})
_READ_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class CallLimits:
    """How long a call may take and how much it may carry.

    Four attempts with up to 0.1, 0.2 and 0.4 s between them ride out a hiccup, not an outage. No attempt
    begins after ``budget_s``, or the call's own timeout if that is longer: a web thread waits about twenty
    seconds at worst. Timeouts are for one silence, not for a transfer. What is larger than ``single_bytes``,
    S3's limit for one PUT and for one CopyObject, goes in parts.
    """

    connect_timeout_s: float = 3.0
    read_timeout_s: float = 10.0
    complete_timeout_s: float = 60.0
    transfer_timeout_s: float = 300.0
    attempts: int = 4
    backoff_s: float = 0.1
    budget_s: float = 10.0
    part_copy_bytes: int = 1024**3
    single_bytes: int = 5 * 1024**3

    def pause_s(self, failures: int) -> float:
        """Full jitter: anything up to ``backoff_s`` doubled for each failure so far."""
        return random.uniform(0, self.backoff_s * 2 ** (failures - 1))  # noqa: S311 - spreads load, hides nothing


@dataclass(frozen=True)
class Call:
    """One request to be signed; ``key`` None means the bucket. A file ``body`` must be seekable to be repeated."""

    method: str
    key: str | None
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | BinaryIO | None = None
    payload_sha256: str = EMPTY_SHA256
    timeout_s: float | None = None
    error_in_200: bool = False
    repeatable: bool = True

    def __str__(self) -> str:
        return f"{self.method} {self.query[0][0] if self.query else 'object' if self.key else 'bucket'}"


@dataclass(frozen=True)
class Answer:
    """A whole answer; ``code`` is the store's error code, "" when there is none."""

    status: int
    headers: HTTPMessage
    body: bytes
    code: str

    @property
    def ok(self) -> bool:
        return self.status < 300 and not self.code

    @property
    def transient(self) -> bool:
        return self.status in _TRANSIENT_STATUSES or self.code in _TRANSIENT_CODES


class StoreCalls:
    """Sends calls. Thread-safe, and safe to have been made before a fork."""

    def __init__(self, config: StoreConfig, limits: CallLimits) -> None:
        self.limits = limits
        self.bucket = config.bucket
        self._address = config.address(public=False)
        self._signer = Signer(config)
        self.pool = ConnectionPool(self._address, connect_timeout_s=limits.connect_timeout_s)

    def send(self, call: Call) -> Answer:
        """The answer to ``call`` if it is a success; a named error otherwise.

        Transient failures of a repeatable call are tried again, with jitter, within the limits.
        """
        answer = self.attempt(call)
        if not answer.ok:
            raise refusal(call, answer.status, answer.code)
        return answer

    def attempt(self, call: Call) -> Answer:
        """The answer to ``call``, refusals included. Raises StoreUnavailable if there is none."""
        began = time.monotonic()
        budget_s = max(self.limits.budget_s, call.timeout_s or 0)
        last = ""
        for failures in range(1, self.limits.attempts + 1):
            try:
                answer = self._once(call)
            except (OSError, HTTPException) as error:
                last = type(error).__name__
            else:
                if not answer.transient or not call.repeatable:
                    return answer
                last = f"{answer.status} {answer.code}"
            pause_s = self.limits.pause_s(failures)
            if not call.repeatable or time.monotonic() - began + pause_s > budget_s:
                break
            if failures < self.limits.attempts:
                time.sleep(pause_s)
        raise StoreUnavailable(log=f"{call}: {last}")

    def open(self, call: Call, *, read_timeout_s: float | None = None) -> tuple[Lease, HTTPResponse]:
        """Send ``call`` once and return its answer unread, with the connection that it comes on.

        Raises OSError or HTTPException. A kept-alive connection that the store has closed meanwhile is
        replaced by a new one: that is no failure of the call.
        """
        timeout_s = read_timeout_s or call.timeout_s or self.limits.read_timeout_s
        lease = self.pool.take(read_timeout_s=timeout_s)
        try:
            return lease, self._exchange(lease, call)
        except (OSError, HTTPException) as error:
            lease.connection.close()
            if not lease.reused or isinstance(error, TimeoutError) or not call.repeatable:
                raise
        except BaseException:
            lease.connection.close()
            raise
        lease = self.pool.take(read_timeout_s=timeout_s, fresh=True)
        try:
            return lease, self._exchange(lease, call)
        except BaseException:
            lease.connection.close()
            raise

    def _once(self, call: Call) -> Answer:
        lease, response = self.open(call)
        try:
            body = read_document(response, limit_s=max(self.limits.budget_s, call.timeout_s or 0))
        except BaseException:
            lease.connection.close()
            raise
        self.pool.give_back(lease)
        failed = response.status >= 300 or call.error_in_200
        return Answer(response.status, response.headers, body, error_code(body) if failed else "")

    def _exchange(self, lease: Lease, call: Call) -> HTTPResponse:
        path = self._address.path(call.key)
        headers = self._signer.sign_headers(
            call.method,
            self._address,
            path,
            query=call.query,
            headers=call.headers,
            payload_sha256=call.payload_sha256,
            now=datetime.now(UTC),
        )
        target = f"{path}?{encode_query(call.query)}" if call.query else path
        if call.body is not None and not isinstance(call.body, bytes):
            call.body.seek(0)
        lease.connection.request(call.method, target, body=call.body, headers=headers)
        return lease.connection.getresponse()


def read_document(response: HTTPResponse, *, limit_s: float) -> bytes:
    """The whole body of a small answer. Raises HTTPException when it is cut or too long, TimeoutError when it drips."""
    blocks: list[bytes] = []
    size = 0
    expected = response.length
    deadline = time.monotonic() + limit_s
    while block := response.read1(_READ_BLOCK_BYTES):
        blocks.append(block)
        size += len(block)
        if size > MAX_DOCUMENT_BYTES:
            raise HTTPException("answer too long")
        if time.monotonic() > deadline:
            raise TimeoutError("answer too slow")
    if expected is not None and size != expected:
        raise HTTPException("answer cut short")
    response.read()  # nothing is left: this tells http.client so, and the connection is free for the next call
    return b"".join(blocks)


def refusal(call: Call, status: int, code: str) -> Exception:
    """The store's refusal as a named error."""
    log = f"{call}: {status} {code}".rstrip()
    if code == "NoSuchUpload":
        return UploadMissing(log=log)
    if code in ("InvalidPart", "InvalidPartOrder", "EntityTooSmall"):
        return PartsMismatch(log=log)
    if status == 412 or code == "PreconditionFailed":
        return SourceChanged(log=log)
    if code == "NoSuchKey" or (status == 404 and not code and call.key is not None):
        return ObjectMissing(log=log)
    if status in _TRANSIENT_STATUSES or code in _TRANSIENT_CODES:
        return StoreUnavailable(log=log)
    return StoreRefused(log=log)
