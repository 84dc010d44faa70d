"""The API's own document, turned against it: whatever is sent, no answer is a server's error (specification 10)."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation

from stack.client import Api
from stack.server import RunningServer

pytestmark = pytest.mark.slow

EXAMPLES = 40
SLOW_ON_PURPOSE = {"/api/v1/auth/token": 8}
"""Signing in hashes a password each time."""

NAMES_OF_IDS = ("asset_id", "message_id", "user_id", "receiver_id", "object_key", "upload_id")


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_breaks_the_server(running_server: RunningServer, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_url(running_server.url + "/api/v1/openapi.json")
    with requests.Session() as session:
        for found in schema.get_all_operations():
            operation = found.ok()
            fuzz(operation, mode, as_somebody=running_server.api_as_somebody(), session=session)


def fuzz(operation: APIOperation[Any], mode: GenerationMode, *, as_somebody: Api, session: requests.Session) -> None:
    """Try one endpoint as a user of its own, in half of the cases with ids of things that are there."""
    known = things_of(as_somebody)
    send = partial(send_case, session=session, token=as_somebody.token or "")

    @settings(
        max_examples=SLOW_ON_PURPOSE.get(operation.path, EXAMPLES),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), real_ids=st.booleans())
    def try_it(case: Case, real_ids: bool) -> None:
        if real_ids:
            put_in(known, case)
        send(case)

    with suppress(Unsatisfiable):  # an endpoint that takes nothing cannot be given anything wrong
        try_it()


def things_of(api: Api) -> dict[str, Any]:
    """The ids of an upload and a message that the user has."""
    declared = {"file_name": "a.mp4", "file_size": 11 * 1024**2, "content_type": "video/mp4"}
    grant = api.post("/chats/upload/prepare/", receiver_id=api.user_id, **declared).json()
    return {**grant, "user_id": api.user_id, "receiver_id": api.user_id}


def put_in(known: dict[str, Any], case: Case) -> None:
    """Replace made-up ids by real ones."""
    for place in (case.path_parameters, case.body):
        if isinstance(place, dict):
            place.update({name: known[name] for name in NAMES_OF_IDS if name in place})


def send_case(case: Case, *, session: requests.Session, token: str) -> None:
    """Send it; what is refused must be a problem document with a code and a sentence."""
    headers = {} if case.operation.path.startswith("/api/v1/auth/token") else {"Authorization": f"Bearer {token}"}
    response = case.call(session=session, headers=headers, timeout=20)
    assert response.status_code < 500, (case.as_curl_command(), response.text)
    if response.status_code >= 400:
        assert response.headers["content-type"] == ["application/problem+json"], (case.as_curl_command(), response.text)
        problem = response.json()
        assert problem["status"] == response.status_code
        assert problem["code"]
        assert problem["detail"]
