"""Answers of the API come in one piece, whose length is said beforehand."""

from __future__ import annotations

import pytest

from stack.client import Answer
from stack.server import RunningServer


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/users/me", 200), ("GET", "/nowhere", 404)])
def test_an_answer_says_how_long_it_is(running_server: RunningServer, method: str, path: str, status: int) -> None:
    answer = running_server.api_as_somebody().send(method, path)
    assert answer.status == status
    assert_whole(answer)


def test_one_that_something_was_created_for_says_so_too(running_server: RunningServer) -> None:
    body = {"fileName": "beach.jpg", "fileType": "image/jpeg", "fileSize": 3_000, "mediaType": "post-image"}
    answer = running_server.api_as_somebody().post("/media/upload-session", **body)
    assert answer.status == 201
    assert_whole(answer)


def assert_whole(answer: Answer) -> None:
    assert int(answer.headers["content-length"]) == len(answer.body) > 0
    assert "transfer-encoding" not in answer.headers
