"""One request as a browser sends it: without our keys, without a second try, and never for long."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

WITHIN_S = 8.0
_MOST_BYTES = 1024 * 1024


class UnansweredError(Exception):
    """Nobody answered; the text says who and why, without the query of a presigned URL."""


@dataclass(frozen=True)
class Reply:
    """An answer; header names are lower case. The body is cut after a megabyte."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def knock(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    within_s: float = WITHIN_S,
) -> Reply:
    """The answer to one request on a connection of its own. Raises UnansweredError, after ``within_s`` of silence."""
    parts = urlsplit(url)
    where = f"{parts.scheme}://{parts.netloc}"
    maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = maker(parts.hostname or "", parts.port, timeout=within_s)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        given = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, given, answer.read(_MOST_BYTES))
    except TimeoutError:
        raise UnansweredError(f"{where} gave no answer within {within_s:.0f} s.") from None
    except ssl.SSLError as error:
        raise UnansweredError(f"{where} has no certificate that is believed here: {error.reason}.") from None
    except (OSError, http.client.HTTPException) as error:
        raise UnansweredError(f"{where} does not answer: {str(error) or type(error).__name__}.") from None
    finally:
        connection.close()
