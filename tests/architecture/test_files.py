"""The shape of the tree: small files, named for what they do."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from stack.files import ROOT, project_files, python_files

_FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base_service", "misc"}
_LONGEST = {"src": 300, "benchmarks": 300, "tests": 350}
_MEDIAN = 110


def test_no_module_or_folder_is_named_for_nothing() -> None:
    ours = [path.relative_to(ROOT) for path in project_files() if path.suffix in {".py", ".ts", ".tsx"}]
    assert [str(path) for path in ours if _FORBIDDEN_NAMES & {*path.parts[:-1], path.name.split(".")[0]}] == []


@pytest.mark.parametrize("folder", _LONGEST)
def test_no_file_is_long(folder: str) -> None:
    lengths = {str(path.relative_to(ROOT)): _lines(path) for path in python_files(folder)}
    assert {name: count for name, count in lengths.items() if count > _LONGEST[folder]} == {}


def test_most_files_are_small() -> None:
    assert statistics.median(map(_lines, python_files("src"))) <= _MEDIAN


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())
