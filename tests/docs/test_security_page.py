"""docs/security.md: every test that it names exists."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from docs.pages import ROOT, page, rows

SECTIONS = ("Uploads", "Bytes", "People", "The machine")
NAMED = [row[2] for section in SECTIONS for row in rows(page("security.md"), under=section)]


@cache
def functions_of(file: str) -> frozenset[str]:
    path = ROOT / "tests" / file
    tree = ast.parse(path.read_text()) if path.exists() else ast.Module([], [])
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("named", NAMED)
def test_a_named_test_exists(named: str) -> None:
    file, _, name = named.partition("::")
    assert name in functions_of(file)
