"""JSON calls to a running platform."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from support.platform import Platform


def sign_in(platform: Platform, name: str) -> dict[str, Any]:
    """A demo user's tokens."""
    return call(platform, "POST", "/auth/token", None, {"username": name, "password": name})


def call(platform: Platform, method: str, path: str, token: str | None, body: object = None) -> dict[str, Any]:
    """One call to the API; an answer without a body is an empty dictionary."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = json.dumps(body).encode() if body is not None else b""
    request = urllib.request.Request(platform.url + "/api/v1" + path, data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        found: dict[str, Any] = json.loads(answer.read() or b"{}")
    return found
