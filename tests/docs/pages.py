"""The pages as values: their fenced blocks, tables, headings and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "mediadock"

_FENCE = re.compile(r"^```(?P<info>.*)$")
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?P<target>[^)\s]+)\)")
_CODE_SPAN = re.compile(r"`[^`]*`")


@dataclass(frozen=True)
class Block:
    """A fenced block; ``info`` is what follows the language in its first line."""

    page: Path
    line: int
    language: str
    info: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    def is_marked(self, word: str) -> bool:
        """Whether the info string begins with ``word``; a reason may follow a colon."""
        return bool(self.info) and self.info[0].rstrip(":") == word

    def named(self, name: str) -> str | None:
        """The value of ``name=value`` in the info string."""
        return next((word.partition("=")[2] for word in self.info if word.startswith(f"{name}=")), None)


def all_pages() -> list[Path]:
    """The README and everything below ``docs/``."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def page(name: str) -> Path:
    """A page by its name below ``docs/``."""
    return ROOT / "docs" / name


def name_of(path: Path) -> str:
    """How a test calls a page."""
    return str(path.relative_to(ROOT))


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found: list[Block] = []
    opened: tuple[int, list[str]] | None = None
    lines: list[str] = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        fence = _FENCE.match(line)
        if fence and opened is None:
            opened, lines = (number, fence["info"].split()), []
        elif fence and opened is not None:
            start, words = opened
            found.append(Block(path, start, words[0] if words else "", tuple(words[1:]), "\n".join(lines) + "\n"))
            opened = None
        elif opened is not None:
            lines.append(line)
    assert opened is None, f"{name_of(path)}: a fence is not closed"
    return found


def prose(path: Path) -> str:
    """A page without its fenced blocks."""
    kept: list[str] = []
    inside = False
    for line in path.read_text().splitlines():
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def links(path: Path) -> list[str]:
    """The targets of a page's links, code spans left out."""
    return [found["target"] for found in _LINK.finditer(_CODE_SPAN.sub("", prose(path)))]


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = (line.lstrip("#").strip() for line in prose(path).splitlines() if line.startswith("#"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def rows(path: Path, *, under: str) -> list[list[str]]:
    """The rows of the tables below the heading ``under``, up to the next heading; cells without their backticks."""
    lines = [line for line in _section(path, under) if line.startswith("|")]
    rules = [number for number, line in enumerate(lines) if line.startswith("|---")]
    heads = [number - 1 for number in rules]
    return [_cells(line) for number, line in enumerate(lines) if number not in (*rules, *heads)]


def _section(path: Path, under: str) -> Iterator[str]:
    inside = False
    for line in prose(path).splitlines():
        if line.startswith("#"):
            inside = line.lstrip("#").strip() == under
        elif inside:
            yield line


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
