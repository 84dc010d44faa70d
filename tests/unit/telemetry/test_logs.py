"""Logs are lines without secrets."""

from __future__ import annotations

import logging
import sys

import pytest

from mediadock.telemetry.logs import JsonFormatter, LineFormatter, RedactingFilter
from mediadock.telemetry.redaction import redact

SECRET = "GeHeIm0123456789abcdef"
JWT = f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.{SECRET}"


@pytest.mark.parametrize(
    "text",
    [
        f"GET https://store/media/k?X-Amz-Expires=900&X-Amz-Signature={SECRET}&x=1",
        f"GET https://store/k?x-amz-credential={SECRET}%2F2026&X-Amz-Date=1",
        f"next=https%3A%2F%2Fstore%2Fk%3FX-Amz-Signature%3D{SECRET}",
        f"X-Amz-Security-Token={SECRET}",
        f"Authorization: AWS4-HMAC-SHA256 Credential={SECRET}/2026/s3, SignedHeaders=host, Signature={SECRET}",
        f"Authorization: Bearer {SECRET}",
        f"{{'Authorization': 'Bearer {SECRET}'}}",
        f"authorization: Basic {SECRET}",
        f"bearer.{JWT}",
        f"sec-websocket-protocol: mediadock, bearer.{SECRET}",
        f"token was {JWT}",
        f"/ws/events/?after=3&ticket={SECRET}",
        f'{{"ticket": "{SECRET}", "expires_in": 30}}',
        f'{{"access": "{SECRET}", "refresh": "{SECRET}"}}',
        f'{{"username": "alice", "password": "{SECRET}"}}',
        f'{{"password": "two {SECRET} words, and \\" a quote {SECRET}"}}',
        f"redis://:{SECRET}@127.0.0.1:6379/0",
        f"postgresql://mediadock:{SECRET}@127.0.0.1/mediadock",
        f"endpoint 3 signs with whsec_{SECRET}==",
        f"webhook-signature: v1,{SECRET}+/= v1,{SECRET}==",
    ],
)
def test_a_secret_is_struck_out(text: str) -> None:
    assert SECRET not in redact(text)
    assert "[redacted]" in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "asset 42 is ready",
        "a bearer token is needed",
        "the ticket is used, expired or unknown",
        "X-Amz-Expires=900",
        '{"code": "token_expired"}',
        "mail to alice@example.org",
        "http://127.0.0.1:8333/media/albums/7/media/photo.jpg?partNumber=3",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_what_identifies_a_signed_url_stays() -> None:
    url = f"http://127.0.0.1/media/key.jpg?X-Amz-Expires=900&X-Amz-Signature={SECRET}"
    assert redact(url) == "http://127.0.0.1/media/key.jpg?X-Amz-Expires=900&X-Amz-Signature=[redacted]"


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("mediadock.test", logging.WARNING, __file__, 1, message, args, None)
    vars(made).update(extra)
    return made


def test_a_line_tells_time_level_logger_message_and_extra() -> None:
    line = LineFormatter().format(record("asset %s failed", 42, asset_id=42, code="timeout"))
    time, rest = line.split(" ", 1)
    assert time.endswith("Z")
    assert rest == "WARNING mediadock.test asset 42 failed asset_id=42 code='timeout'"


def test_nobody_can_write_a_second_line() -> None:
    evil = "name\n2026-01-01T00:00:00Z INFO root all is well\r\u2028\x85more"
    assert len(LineFormatter().format(record("bad name %s", evil, name_given=evil)).splitlines()) == 1


def test_a_traceback_stays_on_the_line_and_is_clean() -> None:
    made = record("broke")
    try:
        raise ValueError(f"X-Amz-Signature={SECRET}")
    except ValueError:
        made.exc_info = sys.exc_info()
    line = LineFormatter().format(made)
    assert len(line.splitlines()) == 1
    assert "ValueError" in line
    assert SECRET not in line


def test_the_filter_cleans_for_the_formatters_of_others() -> None:
    made = record("GET %s", f"/ws/events/?ticket={SECRET}")
    try:
        raise ValueError(f"Bearer {SECRET}")
    except ValueError:
        made.exc_info = sys.exc_info()
    assert RedactingFilter().filter(made)
    text = logging.Formatter("%(message)s").format(made)
    assert SECRET not in text
    assert "ValueError" in text


@pytest.mark.parametrize("formatter", [LineFormatter(), JsonFormatter()], ids=["lines", "JSON"])
def test_what_is_named_as_a_secret_is_one_whatever_it_looks_like(formatter: logging.Formatter) -> None:
    line = formatter.format(record("signed in", password="open sesame", Token=SECRET, user="bob"))
    assert "sesame" not in line
    assert SECRET not in line
    assert line.count("[redacted]") == 2
    assert "bob" in line


@pytest.mark.parametrize("formatter", [LineFormatter(), JsonFormatter()], ids=["lines", "JSON"])
def test_the_address_of_a_request_is_told_without_its_query(formatter: logging.Formatter) -> None:
    record = logging.makeLogRecord(
        {"msg": "Unauthorized: /api/v1/config", "request": f"<GET '/api/v1/config?t={SECRET}'>"}
    )
    assert SECRET not in formatter.format(record)
    assert "/api/v1/config" in formatter.format(record)
