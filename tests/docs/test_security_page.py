"""docs/security.md: every test that it names exists."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache

import pytest

from docs.pages import ROOT, blocks, page, rows

SECTIONS = ("Uploads", "Bytes", "People", "The machine")
MODEL = rows(page("security.md"), under="The model")
NAMED = [row[2] for section in SECTIONS for row in rows(page("security.md"), under=section)]
NAMED += [row[3] for row in MODEL]


@cache
def functions_of(file: str) -> frozenset[str]:
    path = ROOT / "tests" / file
    tree = ast.parse(path.read_text()) if path.exists() else ast.Module([], [])
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("named", NAMED)
def test_a_named_test_exists(named: str) -> None:
    file, _, name = named.partition("::")
    assert name in functions_of(file)


def test_every_protection_that_a_child_can_have_is_on_the_page() -> None:
    [program] = [block.text for block in blocks(page("security.md")) if block.language == "python"]
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=240, check=True)
    named = re.findall(r"'(\w+)'", ran.stdout)
    assert named
    assert [name for name in named if f"`{name}`" not in page("security.md").read_text()] == []


def test_every_threat_of_the_model_has_its_answer_in_order() -> None:
    assert [row[0] for row in MODEL] == [f"A{number}" for number in range(1, 26)]
    assert [row[2] for row in MODEL if not row[2].startswith(("answered", "partly"))] == []
