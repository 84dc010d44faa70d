"""JSON that nobody means: any document, and notifications with any value in any place of theirs."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from stack.notifications import ENVELOPES

NAMES = (
    "Records", "Message", "Type", "event_type", "key", "message", "new_entry", "new_parent_path", "detail",
    "detail-type", "s3", "Sns", "eventName", "bucket", "object", "name", "is_directory",
)  # fmt: skip
WORDS = ("create", "rename", "Notification", "Object Created", "ObjectCreated:Put", "incoming/", "/buckets/", "{}", "[")

_texts = st.text(max_size=20) | st.sampled_from(NAMES) | st.sampled_from(WORDS)
_values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _texts


def documents() -> st.SearchStrategy[Any]:
    """Any document, with words in it that notifications have."""
    return st.recursive(
        _values,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=5),
        max_leaves=15,
    )


@st.composite
def spoiled(draw: st.DrawFn, *, bucket: str) -> Any:
    """A notification about an object of nobody's, one place of which holds any other document."""
    document: Any = draw(st.sampled_from(list(ENVELOPES.values())))("incoming/nobody", bucket=bucket)
    *way, last = draw(st.sampled_from(list(_places(document))))
    place = document
    for step in way:
        place = place[step]
    place[last] = draw(documents())
    return document


def _places(document: object, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to everything inside."""
    inside: list[tuple[Any, Any]] = []
    if isinstance(document, dict):
        inside = list(document.items())
    elif isinstance(document, list):
        inside = list(enumerate(document))
    return [found for step, value in inside for found in ((*way, step), *_places(value, (*way, step)))]
