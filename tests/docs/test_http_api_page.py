"""docs/http-api.md: its session runs, its answers have the documented shape, its table is the API."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

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
    return run_session(blocks(PAGE), folder=folder, server=server.url, env={})


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
