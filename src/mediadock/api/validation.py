"""What a schema complains of, as field errors: the dotted path, and the file's name where the field is a file's."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from django.http import HttpRequest
from ninja.errors import ValidationError, ValidationErrorContext

from mediadock.core.errors import FieldError
from mediadock.core.names import shown_name

_SAID_OF_A_FILE = frozenset(
    {"file_name", "file_size", "content_type", "kind", "client_part_size", "client_num_parts", "checksum_sha256"}
)
"""In a message of one file these are the file's; the others are the message's own."""

MOST_SHOWN = 100
"""As many complaints as anybody reads."""
MOST_COUNTED = 1_000
"""Of more than so many none is looked at: a body of 4 MiB can give cause for a million, of a kilobyte each."""

Contexts = list[ValidationErrorContext[Any]]


def bounded(by_framework: Callable[[Contexts], ValidationError]) -> Callable[[Contexts], ValidationError]:
    """What the framework makes of a schema's complaints, unless they are far too many."""

    def made(contexts: Contexts) -> ValidationError:
        count = sum(context.pydantic_validation_error.error_count() for context in contexts)
        if count <= MOST_COUNTED:
            return by_framework(contexts)
        sentence = f"There are {count} things wrong with this body, more than are told one by one."
        return ValidationError([{"type": "too_many_errors", "loc": ("body",), "msg": sentence}])

    return made


def field_errors(request: HttpRequest, error: ValidationError) -> list[FieldError]:
    """One for each of the first ``MOST_SHOWN`` complaints, in the schema's order."""
    document = _body_of(request)
    found = []
    for entry in islice(error.errors, MOST_SHOWN):
        field, message = _dotted(entry["loc"]), str(entry["msg"]).removeprefix("Value error, ")
        name = _file_name_beside(document, field)
        found.append(FieldError(field, str(entry["type"]), f"“{shown_name(name)}”: {message}" if name else message))
    return found


def _body_of(request: HttpRequest) -> Any:  # noqa: ANN401 - any JSON may come
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None


def _dotted(location: Sequence[object]) -> str:
    """``("body", "payload", "attachments", 1, "file_size")`` as ``attachments.1.file_size``."""
    path = list(location[2:] if location and location[0] in {"body", "query"} and len(location) > 2 else location[1:])
    return ".".join(str(step) for step in path if not str(step).startswith("tagged-")) or "body"


def _file_name_beside(document: Any, field: str) -> str | None:  # noqa: ANN401
    """The name of the file that a field such as ``attachments.1.file_size`` declares, where there is one."""
    *path, last = field.split(".")
    if not path and last not in _SAID_OF_A_FILE:
        return None
    try:
        for step in path:
            document = document[int(step) if isinstance(document, list) else step]
        name = document["file_name"]
    except (ValueError, LookupError, TypeError):
        return None
    return name if isinstance(name, str) else None
