"""Which way imports go. The contracts are in ``.importlinter``."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from stack.files import ROOT, python_files


def test_imports_go_the_ways_that_the_contracts_allow() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("path", python_files("src/mediadock/core"), ids=lambda path: path.name)
def test_the_core_imports_the_standard_library_and_itself(path: Path) -> None:
    allowed = sys.stdlib_module_names | {"mediadock"}
    imported = _imported(path)
    assert {name for name in imported if name.split(".")[0] not in allowed} == set()
    assert {
        name for name in imported if name.startswith("mediadock") and not name.startswith("mediadock.core")
    } == set()


_IMPURE = {
    "socket",
    "subprocess",
    "threading",
    "asyncio",
    "http",
    "sqlite3",
    "tempfile",
    "random",
    "secrets",
    "logging",
}


@pytest.mark.parametrize("path", python_files("src/mediadock/core"), ids=lambda path: path.name)
def test_the_core_decides_and_reads_nothing(path: Path) -> None:
    assert {name.split(".")[0] for name in _imported(path)} & _IMPURE == set(), "clock, chance and I/O are arguments"


def test_tests_have_no_stand_ins_for_what_is_ours_or_real() -> None:
    guilty = [path.name for path in python_files("tests") if "unittest.mock" in _imported(path)]
    assert guilty == []


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
    return names
