"""One event, one line, no secret: the formatters of every handler, and a filter for handlers of others.

``2026-05-01T12:00:00.123Z WARNING mediadock.uploads.outbox row 7 failed asset_id=42 | Traceback …``

    LOGGING = {
        "formatters": {"line": {"()": "mediadock.telemetry.logs.LineFormatter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}}, …
    }

``JsonFormatter`` writes the same as an object: ``time``, ``level``, ``logger``, ``message``, then what was given as
``extra`` (``event`` names it), the request or the asset that the line belongs to, and the asset's trace.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from mediadock.telemetry.context import bearings
from mediadock.telemetry.redaction import STRUCK_OUT, is_named_as_secret, redact
from mediadock.telemetry.trace_ids import as_hex, trace_id_of

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request"}
"""Not told beside the message; ``request`` is Django's, and its text is the whole address, whatever is in its query."""


class LineFormatter(logging.Formatter):
    """Time in UTC, level, logger, message, what was given as ``extra``, traceback; all of it redacted."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; line breaks, which a client can put into a name, become ``\\n``, a traceback's become `` | ``."""
        extra = "".join(
            f" {name}={STRUCK_OUT if is_named_as_secret(name) else repr(value)}"
            for name, value in _extra(record).items()
        )
        line = _one_line(f"{_time(record)} {record.levelname} {record.name} {record.getMessage()}{extra}", r"\n")
        return redact(line + "".join(" | " + _one_line(part, " | ") for part in _traces(self, record)))


class JsonFormatter(logging.Formatter):
    """The same as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Numbers, booleans and null stay what they are; everything else is text, redacted."""
        said = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_extra(record),
        }
        if isinstance(asset_id := said.get("asset_id"), int):
            said["trace_id"] = as_hex(trace_id_of(asset_id))
        if traces := _traces(self, record):
            said["traceback"] = "\n".join(traces)
        return json.dumps({name: _clean(name, value) for name, value in said.items()}, ensure_ascii=False)


class RedactingFilter(logging.Filter):
    """Strikes secrets out of a record's message and traceback, where the formatter is somebody else's."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: it changes records and drops none."""
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info and record.exc_info[0]:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _extra(record: logging.LogRecord) -> dict[str, object]:
    """What was given as ``extra``, and what the line belongs to."""
    given = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    return given | {name: value for name, value in bearings().items() if name not in given}


def _traces(formatter: logging.Formatter, record: logging.LogRecord) -> list[str]:
    parts = [formatter.formatException(record.exc_info)] if record.exc_info and record.exc_info[0] else []
    return parts + ([formatter.formatStack(record.stack_info)] if record.stack_info else [])


def _clean(name: str, value: object) -> object:
    if is_named_as_secret(name):
        return STRUCK_OUT
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(value if isinstance(value, str) else repr(value))


def _one_line(text: str, joint: str) -> str:
    return joint.join(text.splitlines())
