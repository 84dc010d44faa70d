"""docs/errors.md lists every code of the source, and nothing else."""

from __future__ import annotations

import re

import pytest

from docs.codes import codes_in_source, codes_of_the_gateway
from docs.pages import page, rows

PAGE = page("errors.md")
SECTIONS = ("Answers of the API", "Answers of the gateway", "What became of a file", "Of processes")


@pytest.fixture(scope="module")
def documented() -> set[str]:
    return {row[0] for section in SECTIONS for row in rows(PAGE, under=section)}


@pytest.fixture(scope="module")
def in_source() -> set[str]:
    return codes_in_source() | codes_of_the_gateway()


def test_every_code_of_the_source_is_on_the_page(documented: set[str], in_source: set[str]) -> None:
    assert {code for code in in_source if not any(re.fullmatch(code, known) for known in documented)} == set()


def test_every_code_of_the_page_is_in_the_source(documented: set[str], in_source: set[str]) -> None:
    assert {known for known in documented if not any(re.fullmatch(code, known) for code in in_source)} == set()


@pytest.mark.parametrize("section", SECTIONS)
def test_no_code_is_listed_twice(section: str) -> None:
    listed = [row[0] for row in rows(PAGE, under=section)]
    assert sorted(listed) == sorted(set(listed))
