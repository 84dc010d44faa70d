"""What every refusal of the API must look like (RFC 9457, specification 5)."""

from __future__ import annotations

from typing import Any

from stack.client import Answer


def refused(answer: Answer, status: int, code: str | None = None) -> dict[str, Any]:
    """The problem document of an answer that must have this status and, where given, this code."""
    assert answer.status == status, (answer.status, answer.body)
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.headers
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["code"]
    assert document["title"]
    assert document["detail"]
    assert code is None or document["code"] == code, document
    for error in document.get("errors", []):
        assert set(error) == {"field", "code", "message"}
    if status == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")
    if status in {429, 503}:
        assert int(answer.headers["retry-after"]) >= 1
    return document


def fields_of(problem: dict[str, Any]) -> list[str]:
    """The fields that a problem document complains of, in its order."""
    return [error["field"] for error in problem.get("errors", [])]
