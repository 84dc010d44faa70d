"""What a schema complains of, as field errors: the dotted path, and the file's name where the field is a file's."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.http import HttpRequest
from ninja.errors import ValidationError

from mediadock.core.errors import FieldError
from mediadock.core.names import shown_name

_SAID_OF_A_FILE = frozenset(
    {"file_name", "file_size", "content_type", "kind", "client_part_size", "client_num_parts", "checksum_sha256"}
)
"""In a message of one file these are the file's; the others are the message's own."""


def field_errors(request: HttpRequest, error: ValidationError) -> list[FieldError]:
    """One for every complaint, in the schema's order."""
    found = []
    for entry in error.errors:
        field, message = _dotted(entry["loc"]), str(entry["msg"]).removeprefix("Value error, ")
        name = _file_name_beside(request, field)
        found.append(FieldError(field, str(entry["type"]), f"“{shown_name(name)}”: {message}" if name else message))
    return found


def _dotted(location: Sequence[object]) -> str:
    """``("body", "payload", "attachments", 1, "file_size")`` as ``attachments.1.file_size``."""
    path = list(location[2:] if location and location[0] in {"body", "query"} and len(location) > 2 else location[1:])
    return ".".join(str(step) for step in path if not str(step).startswith("tagged-")) or "body"


def _file_name_beside(request: HttpRequest, field: str) -> str | None:
    """The name of the file that a field such as ``attachments.1.file_size`` declares, where there is one."""
    *path, last = field.split(".")
    if not path and last not in _SAID_OF_A_FILE:
        return None
    try:
        document = json.loads(request.body)
        for step in path:
            document = document[int(step) if isinstance(document, list) else step]
        name = document["file_name"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return name if isinstance(name, str) else None
