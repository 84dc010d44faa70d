"""docs/decisions: every page has its three parts, and each setting of Celery has its reason."""

from __future__ import annotations

import ast
from itertools import count
from pathlib import Path

import pytest

from docs.pages import SOURCE, name_of, page, prose, rows
from mediadock.uploads.broker import transport_options

DECISIONS = sorted(page("decisions").glob("*.md"))
CELERY = page("decisions/0003-postgresql-is-the-queue-of-record.md")
TABLE = "Celery's settings, each with its reason"


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [path.name[:4] for path in DECISIONS] == [
        f"{number:04}" for number, _ in zip(count(1), DECISIONS, strict=False)
    ]


@pytest.mark.parametrize("path", DECISIONS, ids=name_of)
def test_a_decision_has_context_decision_and_consequences(path: Path) -> None:
    titles = [line for line in prose(path).splitlines() if line.startswith("#")]
    assert titles[0].startswith(f"# {int(path.name[:4])}. ")
    assert [title for title in titles if title in ("## Context", "## Decision", "## Consequences")] == [
        "## Context",
        "## Decision",
        "## Consequences",
    ]


def test_each_setting_of_celery_has_its_reason_and_no_other_is_explained() -> None:
    [update] = [
        node
        for node in ast.walk(ast.parse((SOURCE / "server/celery.py").read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "app.conf.update"
    ]
    names = {keyword.arg for keyword in update.keywords}
    names |= {name for url in ("redis://", "amqp://") for name in transport_options(url, visibility_timeout_s=1)}
    assert {row[0] for row in rows(CELERY, under=TABLE)} == names
