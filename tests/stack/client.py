"""A small HTTP client for the public doors; it does nothing but what a client of ours would."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_S = 90.0


@dataclass(frozen=True)
class Answer:
    """One answer; header names are lower case, and what came several times is joined by commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The document of the body."""
        return json.loads(self.body)


def call(method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """One request on a connection of its own; redirects are not followed."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=_TIMEOUT_S)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.connect()
        with suppress(BrokenPipeError, ConnectionResetError):  # answered before the whole body was sent
            connection.request(method, target, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        got: dict[str, str] = {}
        for name, value in answer.getheaders():
            got[name.lower()] = f"{got[name.lower()]}, {value}" if name.lower() in got else value
        return Answer(answer.status, got, answer.read())
    finally:
        connection.close()


@dataclass(frozen=True)
class Api:
    """The API at ``base_url`` (which ends in ``/api/v1``), as the bearer of ``token`` or as nobody."""

    base_url: str
    token: str | None = None
    user_id: int | None = None
    username: str | None = None

    def request(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **fields: Any) -> Answer:
        """``fields`` become the JSON body; no field, no body. ``path`` starts with a slash, below ``/api/v1``."""
        return self.send(method, path, json=fields or None, headers=headers)

    def send(self, method: str, path: str, *, json: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Any JSON document as the body."""
        sent = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        body = None
        if json is not None:
            sent.setdefault("Content-Type", "application/json")
            body = _dump(json)
        return call(method, self.base_url + path, body=body, headers=sent)

    def get(self, path: str) -> Answer:
        """GET."""
        return self.send("GET", path)

    def post(self, path: str, **fields: Any) -> Answer:
        """POST with ``fields`` as the JSON body."""
        return self.request("POST", path, **fields)

    def delete(self, path: str) -> Answer:
        """DELETE."""
        return self.send("DELETE", path)


def _dump(document: Any) -> bytes:
    return json.dumps(document).encode()
