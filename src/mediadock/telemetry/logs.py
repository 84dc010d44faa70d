"""One event, one line, no secret: the formatter of every handler, and a filter for handlers of others.

``2026-05-01T12:00:00.123Z WARNING mediadock.uploads.outbox row 7 failed asset_id=42 | Traceback …``

    LOGGING = {
        "formatters": {"line": {"()": "mediadock.telemetry.logs.LineFormatter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}}, …
    }
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from mediadock.telemetry.redaction import redact

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class LineFormatter(logging.Formatter):
    """Time in UTC, level, logger, message, what was given as ``extra``, traceback; all of it redacted."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; line breaks, which a client can put into a name, become ``\\n``, a traceback's become `` | ``."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        extra = "".join(f" {name}={value!r}" for name, value in vars(record).items() if name not in _STANDARD)
        line = _one_line(f"{time} {record.levelname} {record.name} {record.getMessage()}{extra}", r"\n")
        return redact(line + self._trace(record))

    def _trace(self, record: logging.LogRecord) -> str:
        parts = [self.formatException(record.exc_info)] if record.exc_info and record.exc_info[0] else []
        parts += [self.formatStack(record.stack_info)] if record.stack_info else []
        return "".join(" | " + _one_line(part, " | ") for part in parts)


class RedactingFilter(logging.Filter):
    """Strikes secrets out of a record's message and traceback, where the formatter is somebody else's."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: it changes records and drops none."""
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info and record.exc_info[0]:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True


def _one_line(text: str, joint: str) -> str:
    return joint.join(text.splitlines())
