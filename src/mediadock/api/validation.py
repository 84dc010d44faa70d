"""What a schema complains of, as field errors: the dotted path, and the file's name where the field is a file's."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.http import HttpRequest
from ninja.errors import ValidationError

from mediadock.core.errors import FieldError
from mediadock.core.names import shown_name


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
    try:
        document = json.loads(request.body)
        for step in field.split(".")[:-1]:
            document = document[int(step) if isinstance(document, list) else step]
        name = document["file_name"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return name if isinstance(name, str) else None
