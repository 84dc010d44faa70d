"""The codes of failure in the source, found by reading it; dynamic ones as patterns.

A code is the first argument of a failure's constructor, the argument named ``code`` of any function of ours, the key
of a table of ``_SENTENCES``, the value under ``"code"`` or ``"error_code"``, what is assigned to ``code``, or the first
of a returned pair with a sentence.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from docs.pages import ROOT, SOURCE
from mediadock.core import errors

_CODE = re.compile(r"[a-z]+(_[a-z0-9]+)*")
_FAILURES = {name for name, value in vars(errors).items() if isinstance(value, type)} - {"FieldError"}
_CLIENTS = ("client", "cli")
"""They have codes of their own, for Python programs, in ``docs/client-python.md``."""


def codes_in_source() -> set[str]:
    """Every code as a regular expression; most are plain words."""
    found: set[str] = set()
    for path in filter(_is_ours, sorted(SOURCE.rglob("*.py"))):
        tree = ast.parse(path.read_text())
        positions = _positions_of_code(tree)
        found |= {code for node in ast.walk(tree) for code in _codes(node, positions)}
    return found


def codes_of_the_gateway() -> set[str]:
    """Every code of the problem documents in nginx's configuration."""
    written = (ROOT / "deploy/nginx/mediadock/problems.conf").read_text()
    return set(re.findall(r'"code": "([a-z_]+)"', written))


def _is_ours(path: Path) -> bool:
    return path.relative_to(SOURCE).parts[0] not in _CLIENTS


def _positions_of_code(tree: ast.Module) -> dict[str, int]:
    """Where the module's functions that take a ``code`` take it; ``problem`` is imported where it is used."""
    found = {"problem": 1}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name != "__init__":
            names = [argument.arg for argument in node.args.args]
            if "code" in names:
                found[node.name] = names.index("code")
    return found


def _codes(node: ast.AST, positions: Mapping[str, int]) -> Iterator[str]:
    match node:
        case ast.Call():
            yield from _of_call(node, positions)
        case ast.Dict():
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in ("code", "error_code"):
                    yield from _texts(value)
        case ast.Assign(targets=[ast.Name(id="_SENTENCES")], value=ast.Dict() as table):
            for key in filter(None, table.keys):
                yield from _texts(key)
        case ast.Assign(targets=[ast.Name(id="code")]):
            yield from _texts(node.value)
        case ast.Return(value=ast.Tuple(elts=[first, sentence])) if _is_sentence(sentence):
            yield from _texts(first)


def _of_call(call: ast.Call, positions: Mapping[str, int]) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    is_own_init = name == "__init__" and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call)
    position = 0 if name in _FAILURES or is_own_init else positions.get(name)
    if position is not None and len(call.args) > position:
        yield from _texts(call.args[position])


def _is_sentence(node: ast.expr) -> bool:
    return any(" " in text for text in _texts(node, any_text=True))


def _texts(node: ast.expr, *, any_text: bool = False) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)) if any_text or _CODE.fullmatch(text):
            yield text
        case ast.IfExp():
            yield from _texts(node.body, any_text=any_text)
            yield from _texts(node.orelse, any_text=any_text)
        case ast.JoinedStr():
            pieces = (piece.value if isinstance(piece, ast.Constant) else "[a-z_]+" for piece in node.values)
            yield "".join(map(str, pieces))
