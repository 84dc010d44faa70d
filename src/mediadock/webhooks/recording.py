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
from mediadock.uploads.milestones import Milestone


def record(milestone: Milestone) -> int:
    """Make it a message with a delivery for each endpoint that wants it; returns how many these are."""
    return _write(milestone.type, milestone.subject, milestone.data)


def record_for(endpoint_id: int, type_: str, *, subject: str, data: Mapping[str, Any]) -> int:
    """A message for this endpoint alone, whatever it wants; 0 when it is disabled or not there."""
    return _write(type_, subject, data, endpoint_id=endpoint_id)


def _write(type_: str, subject: str, data: Mapping[str, Any], *, endpoint_id: int | None = None) -> int:
    with connection.cursor() as cursor:
        types = [type_, f"{type_.partition('.')[0]}.*"]
        cursor.execute(_WANTING, {"types": types, "endpoint_id": endpoint_id})
        wanting = [row[0] for row in cursor.fetchall()]
        if not wanting:
            return 0
        cursor.execute(_RECORD, {**_message(type_, subject, data), "wanting": wanting})
    doorbell.ring_relay_on_commit()
    return len(wanting)


def _message(type_: str, subject: str, data: Mapping[str, Any]) -> dict[str, Any]:
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
