"""Lists: ``{items, next}``, newest first, with ``?cursor=&limit=``; the cursor is the last id shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from mediadock.core.errors import FieldError, Malformed
from mediadock.core.policy import MAX_INT64

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
_MAX_DIGITS = len(str(MAX_INT64))


def newest_page(rows: QuerySet[Any], *, cursor: str | None, limit: int) -> tuple[Sequence[Any], str | None]:
    """One page by falling id and the cursor of the next, ``None`` after the last."""
    if not 1 <= limit <= MAX_LIMIT:
        raise _malformed("limit", f"limit must be between 1 and {MAX_LIMIT}.")
    if cursor is not None:
        rows = rows.filter(pk__lt=_cursor_id(cursor))
    found = list(rows.order_by("-pk")[: limit + 1])
    page = found[:limit]
    return page, str(page[-1].pk) if len(found) > limit else None


def _cursor_id(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= _MAX_DIGITS and int(cursor) <= MAX_INT64):
        raise _malformed("cursor", "cursor must be the next of an earlier answer.")
    return int(cursor)


def _malformed(field: str, sentence: str) -> Malformed:
    return Malformed(f"{field}_invalid", sentence, errors=[FieldError(field, f"{field}_invalid", sentence)])
