"""Two schemas of one name would be one in the OpenAPI document: whichever came last."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import mediadock

SOURCE = Path(mediadock.__file__).parent


def test_every_schema_of_the_api_has_a_name_of_its_own() -> None:
    files = [*SOURCE.rglob("schemas.py"), *(SOURCE / "api").glob("*.py")]
    trees = [ast.parse(file.read_text()) for file in set(files)]
    names = Counter(node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef))
    assert len(names) > 40
    assert [name for name, times in names.items() if times > 1] == []
