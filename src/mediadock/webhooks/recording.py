"""Write down a milestone for the endpoints that want it: one statement in the transaction that reaches it.

Where no endpoint wants it no row is written, and the statement has read an index of nothing.
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
    reached_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = json.dumps({"type": type_, "timestamp": reached_at, "data": data}, ensure_ascii=False, separators=(",", ":"))
    params = {
        "key": f"msg_{uuid.uuid4().hex}",
        "type": type_,
        "subject": subject,
        "body": body,
        "types": [type_, f"{type_.partition('.')[0]}.*"],
        "endpoint_id": endpoint_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, params)
        recorded: int = cursor.rowcount
    if recorded:
        doorbell.ring_relay_on_commit()
    return recorded


_RECORD = """
    WITH wanting AS (
        SELECT id FROM mediadock_webhook_endpoint
         WHERE disabled_at IS NULL
           AND CASE WHEN %(endpoint_id)s::bigint IS NULL
                    THEN types = '{}' OR types && %(types)s::varchar[]
                    ELSE id = %(endpoint_id)s::bigint END
    ),
    message AS (
        INSERT INTO mediadock_webhook_message (key, type, subject, body)
        SELECT %(key)s, %(type)s, %(subject)s, %(body)s WHERE EXISTS (SELECT FROM wanting)
        RETURNING id
    )
    INSERT INTO mediadock_webhook_delivery (endpoint_id, message_id, subject)
    SELECT wanting.id, message.id, %(subject)s FROM wanting, message
"""
