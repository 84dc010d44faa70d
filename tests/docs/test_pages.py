"""What holds for every page: links lead somewhere, blocks are of a kind that is checked, the code in them is code."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from docs.pages import ROOT, Block, all_pages, anchors, blocks, links, name_of
from docs.shell import IN_BACKGROUND, NOT_RUN

LANGUAGES = {"", "bash", "html", "json", "mermaid", "python", "text", "ts", "tsx"}
RUN = {
    "README.md",
    "docs/clients.md",
    "docs/howto/add-a-profile.md",
    "docs/howto/webhooks.md",
    "docs/http-api.md",
    "docs/profiles.md",
    "docs/quickstart.md",
}
"""Pages whose ``bash`` blocks run."""

PAGES = [*all_pages(), *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"))]
BLOCKS = [block for path in all_pages() for block in blocks(path)]


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    assert [target for target in links(path) if "://" not in target and not leads_somewhere(path, target)] == []


def leads_somewhere(path: Path, target: str) -> bool:
    """A file of the project and, after ``#``, one of its headings."""
    name, _, anchor = target.partition("#")
    linked = (path.parent / name).resolve() if name else path
    return linked.exists() and (not anchor or anchor in anchors(linked))


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_says_what_it_is(block: Block) -> None:
    assert block.language in LANGUAGES
    if block.language == "bash" and name_of(block.page) in RUN:
        assert not block.info or block.is_marked(IN_BACKGROUND) or block.is_marked(NOT_RUN)


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "python"], ids=str)
def test_python_is_python_and_its_imports_are_there(block: Block) -> None:
    tree = ast.parse(block.text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mediadock."):
            assert_importable(node.module or "", [alias.name for alias in node.names])


def assert_importable(module: str, names: list[str]) -> None:
    """Looked up in the source: importing would want Django's settings."""
    path = ROOT / "src" / Path(*module.split("."))
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    tree = ast.parse(source.read_text())
    known = {alias.asname or alias.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for alias in n.names}
    known |= {n.name for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef)}
    known |= {
        target.id
        for n in tree.body
        if isinstance(n, ast.Assign)
        for target in n.targets
        if isinstance(target, ast.Name)
    }
    known |= {n.target.id for n in tree.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}
    assert set(names) <= known, module


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "json"], ids=str)
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)
