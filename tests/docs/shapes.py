"""Whether an answer has the shape of a documented example: the same names, the same types."""

from __future__ import annotations

import json
from typing import Any

MORE = "…"


def difference(example: Any, answer: Any, *, at: str = "answer") -> str | None:
    """Where the answer is not as the example shows, or None. ``…`` as a name or an item stands for any more."""
    if isinstance(example, dict) and isinstance(answer, dict):
        return _of_objects(example, answer, at)
    if isinstance(example, list) and isinstance(answer, list):
        return _of_lists(example, answer, at)
    if _kind(example) != _kind(answer):
        return f"{at}: {example!r} is documented, {answer!r} came"
    return None


def last_document(text: str) -> Any:
    """The JSON that a block printed: everything, or its last line."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(text.strip().rsplit("\n", 1)[-1])


def _of_objects(example: dict[str, Any], answer: dict[str, Any], at: str) -> str | None:
    named = {name: value for name, value in example.items() if name != MORE}
    missing, extra = sorted(named.keys() - answer.keys()), sorted(answer.keys() - named.keys())
    if missing or (extra and MORE not in example):
        return f"{at}: documented and not there {missing}, there and not documented {extra}"
    found = (difference(value, answer[name], at=f"{at}.{name}") for name, value in named.items())
    return next(filter(None, found), None)


def _of_lists(example: list[Any], answer: list[Any], at: str) -> str | None:
    named = [item for item in example if item != MORE]
    if len(answer) < len(named) or (len(answer) > len(named) and MORE not in example):
        return f"{at}: {len(named)} items are documented, {len(answer)} came"
    pairs = zip(named, answer, strict=False)
    found = (difference(one, other, at=f"{at}.{n}") for n, (one, other) in enumerate(pairs))
    return next(filter(None, found), None)


def _kind(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(type(value).__name__)
    return "number" if isinstance(value, int | float) else type(value).__name__
