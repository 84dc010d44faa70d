"""docs/http-api.md: its session runs, its answers have the documented shape, its table is the API."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from docs.pages import blocks, page, rows
from docs.shapes import difference, last_document
from docs.shell import run_session
from stack.server import RunningServer

PAGE = page("http-api.md")
METHODS = ("get", "post", "put", "patch", "delete")


def test_the_session_of_the_page_answers_as_it_shows(running_server: RunningServer, folder: Path) -> None:
    answers = {printed.block.line: printed.text for printed in session(running_server, folder)}
    found = blocks(PAGE)
    compared = 0
    for command, example in itertools.pairwise(found):
        if command.language == "bash" and example.language == "json":
            shown, came = json.loads(example.text), last_document(answers[command.line])
            assert difference(shown, came) is None, f"{example}: {difference(shown, came)}"
            compared += 1
    assert compared == sum(block.language == "json" for block in found), "a json block without its command"


def session(server: RunningServer, folder: Path):
    """As somebody to whom nothing has happened yet, in the place of alice, who is in other tests too."""
    name = f"user-{uuid4().hex[:10]}"
    made = f"from django.contrib.auth.models import User; User.objects.create_user({name!r}, password={name!r})"
    server.manage("shell", "-c", made)
    as_somebody = [replace(block, text=block.text.replace('"alice"', f'"{name}"')) for block in blocks(PAGE)]
    return run_session(as_somebody, folder=folder, server=server.url, env={})


@pytest.fixture
def described(running_server: RunningServer) -> dict[tuple[str, str], set[str]]:
    """Success statuses of every documented operation of the API, by method and path."""
    document = running_server.anonymous().get("/openapi.json").json()
    return {
        (method.upper(), path.removeprefix("/api/v1")): {code for code in operation["responses"] if code < "400"}
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    }


def test_every_endpoint_is_in_the_table_and_no_other(described) -> None:
    listed = {
        (method, path): set(success.split(", ")) for method, path, success, _ in rows(PAGE, under="Every endpoint")
    }
    assert listed == described
