"""The engine knows no surface: a new kind of upload is a declaration beside it and touches no file of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from stack.files import ROOT, python_files

ENGINE = ("core", "storage", "uploads", "processing")
_CONTRIB = ROOT / "src" / "mediadock" / "contrib"

_SERVE_EVERY_SURFACE = {"accounts", "assets", "media"}
"""Folders of ``contrib`` that are named for what the engine itself handles, or for nobody's uploads."""

_BESIDE = {"ticket", "post"}
"""What the documents build in a host project, and the kind of link that several surfaces know (``api/media``)."""

_ALLOWED = {"message"}
"""An asset has ``message_id`` and ``message_status`` on every surface (specification 5.2), null and derived where there
is no message; and it is what an error says, and what goes over a socket."""

_OF_PYTHON = "__post_init__"


def declared_names() -> set[str]:
    """The names of all surfaces, profiles and kinds of links, as their declarations spell them."""
    folders = {folder.name for folder in _CONTRIB.iterdir() if (folder / "surface.py").exists()}
    written = {name for folder in folders for name in _names_in(folder)}
    return ((folders - _SERVE_EVERY_SURFACE) | written | _BESIDE) - _ALLOWED


def _names_in(folder: str) -> Iterator[str]:
    """First arguments and ``name=`` of what is declared, and the constants that name a kind of link."""
    for path in (_CONTRIB / folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Profile", "media_type", "LinkKind"}:
                named = [word.value for word in node.keywords if word.arg == "name"] + node.args[:1]
                yield from (str(each.value) for each in named if isinstance(each, ast.Constant))
            is_constant = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            if is_constant and {getattr(target, "id", "") for target in node.targets} & {"LINK_KIND"}:
                yield str(node.value.value)


def test_the_names_are_found() -> None:
    assert declared_names() >= {
        "album", "albums", "avatar", "avatars", "chat", "feed", "generated", "post", "post-image", "ticket",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(declared_names()))
def test_the_engine_names_no_surface(name: str) -> None:
    """In code, in texts and in docstrings: as a word of its own, or as a word of a name in snake or camel case."""
    word = re.compile(rf"(?<![a-zA-Z]){re.escape(name)}s?(?![a-z])|(?<=[a-z]){re.escape(name.capitalize())}")
    found = {
        str(path.relative_to(ROOT / "src" / "mediadock"))
        for path in python_files(*(f"src/mediadock/{folder}" for folder in ENGINE))
        if word.search(path.read_text().replace(_OF_PYTHON, ""))
    }
    assert found == set()
