"""JSON calls to the server under one account: bearer token, refresh when it has run out, retries, problem documents."""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from mediadock import __version__
from mediadock.client.connections import Answer, Connections
from mediadock.client.errors import (
    ApiError,
    BadAnswer,
    ClientError,
    FieldProblem,
    NotLoggedIn,
    NotThere,
    Refused,
    ServerBusy,
    WrongState,
)
from mediadock.client.reading import Fields
from mediadock.client.retry import RetryPolicy, with_retries

Query = Mapping[str, str | int]
_KINDS: dict[int, type[ApiError]] = {401: NotLoggedIn, 404: NotThere, 409: WrongState, 429: ServerBusy}


@dataclass(frozen=True)
class Tokens:
    """An access token, and the refresh token that renews it (None for a service token)."""

    access: str
    refresh: str | None = None


class Account:
    """Calls ``{base_url}/api/v1``; safe to share among threads. ``on_tokens`` hears of every renewal."""

    def __init__(
        self,
        base_url: str,
        *,
        tokens: Tokens | None,
        connections: Connections,
        policy: RetryPolicy,
        on_tokens: Callable[[Tokens], None] | None = None,
    ) -> None:
        self.tokens = tokens
        self._api = checked_address(base_url) + "/api/v1"
        self._connections = connections
        self._policy = policy
        self._on_tokens = on_tokens
        self._renewing = threading.Lock()

    def get(self, path: str, query: Query | None = None) -> Fields:
        """The object that a GET answers."""
        return self._call("GET", path + (f"?{urlencode(query)}" if query else ""), None, {})

    def post(self, path: str, body: Mapping[str, object] | None = None, *, creates: bool = False) -> Fields:
        """The object that a POST answers; one that ``creates`` is safe to repeat by its Idempotency-Key."""
        return self._call("POST", path, body or {}, {"Idempotency-Key": str(uuid.uuid4())} if creates else {})

    def delete(self, path: str) -> None:
        """DELETE; what is gone already is ``NotThere``."""
        self._call("DELETE", path, None, {})

    def keep(self, tokens: Tokens) -> None:
        """Use these tokens from now on, and tell ``on_tokens``."""
        self.tokens = tokens
        if self._on_tokens is not None:
            self._on_tokens(tokens)

    def _call(self, method: str, path: str, body: Mapping[str, object] | None, headers: dict[str, str]) -> Fields:
        used = self.tokens
        try:
            return self._tried(method, path, body, headers | _bearer(used))
        except NotLoggedIn:
            if used is None or used.refresh is None:
                raise
            return self._tried(method, path, body, headers | _bearer(self._renewed(used)))

    def _tried(self, method: str, path: str, body: Mapping[str, object] | None, headers: Mapping[str, str]) -> Fields:
        return with_retries(lambda: self._once(method, path, body, headers), policy=self._policy)

    def _once(self, method: str, path: str, body: Mapping[str, object] | None, extra: Mapping[str, str]) -> Fields:
        headers = {"Accept": "application/json", "User-Agent": f"mediadock/{__version__}", **extra}
        if body is not None:
            headers["Content-Type"] = "application/json"
        payload = None if body is None else json.dumps(body).encode()
        answer = self._connections.send(method, self._api + path, headers=headers, body=payload)
        if answer.status == HTTPStatus.NO_CONTENT:
            return Fields({})
        if 200 <= answer.status < 300:
            return Fields.parse(answer.body)
        raise read_problem(answer)

    def _renewed(self, used: Tokens) -> Tokens:
        with self._renewing:
            if self.tokens is not None and self.tokens != used:
                return self.tokens  # another thread has renewed them meanwhile
            fields = self._tried("POST", "/auth/token/refresh", {"refresh": used.refresh}, {})
            tokens = Tokens(fields.text("access"), fields.optional_text("refresh") or used.refresh)
            self.keep(tokens)
            return tokens


def checked_address(base_url: str) -> str:
    """The address of a server, without a slash at its end. Raises ``ClientError`` (``address_invalid``)."""
    try:
        parts = urlsplit(base_url)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        is_one = is_one and parts.port != 0 and not re.search(r"[\s\x00-\x1f\x7f?#]", base_url)
    except ValueError:  # a port that is no number, half a bracket
        is_one = False
    if not is_one:
        raise ClientError(
            "address_invalid", f"“{base_url}” is not the address of a server, as https://media.example.org is."
        )
    return base_url.rstrip("/")


def _bearer(tokens: Tokens | None) -> dict[str, str]:
    return {} if tokens is None else {"Authorization": f"Bearer {tokens.access}"}


def read_problem(answer: Answer) -> ApiError:
    """The error in a problem document; an answer that is none still becomes one, by its status."""
    try:
        fields = Fields.parse(answer.body)
    except BadAnswer:
        fields = Fields({})
    status, code = answer.status, fields.optional_text("code") or f"http_{answer.status}"
    busy = status >= 500 or code == "idempotency_in_progress"  # our own first try, whose answer we have lost
    kind = ServerBusy if busy else _KINDS.get(status, Refused)
    return kind(
        code,
        fields.optional_text("detail") or f"The server answered with HTTP status {status}.",
        status=status,
        errors=[
            FieldProblem(item.text("field"), item.text("code"), item.text("message"))
            for item in fields.children("errors")
        ],
        retry_after_s=answer.retry_after_s,
    )
