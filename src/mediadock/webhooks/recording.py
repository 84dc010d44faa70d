"""Write down a milestone for the endpoints that want it, in the transaction that reaches it.

Where no endpoint wants it no row is written: one statement has read an empty table. Endpoints that do are locked
against removal until the transaction ends, and against nothing else.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from mediadock.uploads import doorbell
from mediadock.uploads.crashpoints import one_statement
from mediadock.uploads.milestones import Milestone


def record(milestone: Milestone) -> None:
    """Make it a message with a delivery for each endpoint that wants it."""
    if wanting := _wanting(milestone.type):
        _write(wanting, _message(milestone.type, milestone.subject, milestone.data))


def record_for(endpoint_id: int, type_: str, *, subject: str, data: Mapping[str, Any]) -> str | None:
    """A message for this endpoint alone, whatever it wants; its key, ``None`` when it is disabled or not there."""
    if not (wanting := _wanting(type_, endpoint_id)):
        return None
    return _write(wanting, _message(type_, subject, data))


def _write(wanting: list[int], message: Mapping[str, str]) -> str:
    with one_statement("webhook_recorded"), connection.cursor() as cursor:
        cursor.execute(_RECORD, {**message, "wanting": wanting})
    doorbell.ring_relay_on_commit()
    return message["key"]


def _wanting(type_: str, endpoint_id: int | None = None) -> list[int]:
    types = [type_, f"{type_.partition('.')[0]}.*"]
    with connection.cursor() as cursor:
        cursor.execute(_WANTING, {"types": types, "endpoint_id": endpoint_id})
        return [row[0] for row in cursor.fetchall()]


def _message(type_: str, subject: str, data: Mapping[str, Any]) -> dict[str, str]:
    reached_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = json.dumps({"type": type_, "timestamp": reached_at, "data": data}, ensure_ascii=False, separators=(",", ":"))
    return {"key": f"msg_{uuid.uuid4().hex}", "type": type_, "subject": subject, "body": body}


_WANTING = """
    SELECT id FROM mediadock_webhook_endpoint
     WHERE disabled_at IS NULL
       AND CASE WHEN %(endpoint_id)s::bigint IS NULL
                THEN types = '{}' OR types && %(types)s::varchar[]
                ELSE id = %(endpoint_id)s::bigint END
     ORDER BY id FOR KEY SHARE
"""

_RECORD = """
    WITH message AS (
        INSERT INTO mediadock_webhook_message (key, type, subject, body)
        VALUES (%(key)s, %(type)s, %(subject)s, %(body)s) RETURNING id
    )
    INSERT INTO mediadock_webhook_delivery (endpoint_id, message_id, subject, due_at)
    SELECT wanting.id, message.id, %(subject)s,
           GREATEST(now(), (SELECT CASE WHEN before.lease IS NULL THEN before.due_at END
                              FROM mediadock_webhook_delivery AS before
                             WHERE before.endpoint_id = wanting.id AND before.subject = %(subject)s
                               AND before.state = 'pending' ORDER BY before.id DESC LIMIT 1))
      FROM message, unnest(%(wanting)s::bigint[]) AS wanting (id)
"""
"""What waits behind a delivery that failed is due when that one is, so that nobody looks at it until then."""
