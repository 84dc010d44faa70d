"""Whose turn it is, and what became of an attempt. PostgreSQL decides, so any number of carriers may run.

A carrier takes a delivery for as long as an attempt can last: it counts the attempt and moves ``due_at``, in one
statement with ``SKIP LOCKED``. What it reports counts only while its lease is the row's. A carrier that dies has its
delivery sent again when the lease is over: at least once, never twice at the same time.

Of one subject an endpoint is told in order: a delivery waits until the ones before it are delivered or given up.
"""

from __future__ import annotations

import logging
import random
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection

from mediadock.uploads import facts, outbox
from mediadock.uploads.crashpoints import committing, one_statement
from mediadock.webhooks.backoff import delay_s
from mediadock.webhooks.conf import webhook_conf
from mediadock.webhooks.models import WebhookAttempt
from mediadock.webhooks.sending import Outcome

TOPIC = "webhook"
OVERDUE_S = outbox.OVERDUE_S
_SLACK_S = 60
"""A lease outlives an attempt's time by so much: names may take long to look up, and a machine may sleep."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """A delivery in somebody's hands. ``secrets`` are all that sign now, the newest first."""

    delivery_id: int
    lease: uuid.UUID
    attempts: int
    endpoint_id: int
    url: str
    secrets: tuple[str, ...]
    message_key: str
    type: str
    body: bytes

    def __repr__(self) -> str:
        return f"Taken({self.message_key} for endpoint {self.endpoint_id})"


def endpoints_with_work() -> list[int]:
    """Endpoints that something is due for."""
    with connection.cursor() as cursor:
        cursor.execute(_WITH_WORK)
        return [row[0] for row in cursor.fetchall()]


def endpoints_left_alone() -> list[int]:
    """Endpoints that something has been due for so long that no carrier can live, and that none has anything of.

    A carrier that lives keeps a slow endpoint's deliveries waiting as well, but has one of them in hand.
    """
    longest_lease_s = webhook_conf().timeout_s + _SLACK_S
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_ALONE, {"overdue_s": OVERDUE_S, "lease_s": longest_lease_s})
        return [row[0] for row in cursor.fetchall()]


def take(endpoint_id: int) -> Taken | None:
    """Take the delivery to this endpoint that has been due for longest; ``None`` when none is."""
    lease = uuid.uuid4()
    params: dict[str, int | float | str] = {"endpoint_id": endpoint_id, "lease": str(lease)}
    params |= {"lease_s": webhook_conf().timeout_s + _SLACK_S}
    with committing("webhook_taken"), connection.cursor() as cursor:
        cursor.execute(_TAKE, params)
        row = cursor.fetchone()
    if row is None:
        return None
    delivery_id, attempts, url, secret, previous, key, type_, body = row
    secrets = (secret,) if previous is None else (secret, previous)
    return Taken(delivery_id, lease, attempts, endpoint_id, url, secrets, key, type_, body.encode())


def report(taken: Taken, outcome: Outcome) -> None:
    """Write down an attempt and what follows from it; of somebody whose lease is over only the attempt."""
    with committing("webhook_reported"):
        still_ours = _settle(taken, outcome)
        if still_ours is None:  # the delivery went, with its endpoint or by age
            return
        WebhookAttempt.objects.create(
            delivery_id=taken.delivery_id,
            status=outcome.status,
            error=outcome.error,
            answer=outcome.answer,
            duration_ms=outcome.duration_ms,
        )
    facts.tell(facts.Carried(TOPIC, done=int(outcome.succeeded), failed=int(not outcome.succeeded)))


def _settle(taken: Taken, outcome: Outcome) -> bool | None:
    """Move the delivery and the endpoint on; ``None`` when there is no such delivery, False when it is another's."""
    asked_s = outcome.retry_after_s if outcome.status in (429, 503) else None
    waits = delay_s(taken.attempts, webhook_conf().retry_delays_s, chance=random.random(), asked_s=asked_s)  # noqa: S311 - no secret
    over = outcome.succeeded or outcome.is_gone or waits is None
    state = "delivered" if outcome.succeeded else "given_up" if over else "pending"
    with connection.cursor() as cursor:
        cursor.execute(_AGAINST_REMOVAL, [taken.endpoint_id])
        cursor.execute("SELECT lease FROM mediadock_webhook_delivery WHERE id = %s FOR UPDATE", [taken.delivery_id])
        row = cursor.fetchone()
        if row is None:
            return None
        if row[0] != taken.lease:
            return False
        cursor.execute(_MOVE, [state, 0 if over else waits, taken.delivery_id])
        endpoint_id, subject, delivery_id, due_at = cursor.fetchone()
        waiting = {"endpoint_id": endpoint_id, "subject": subject, "id": delivery_id, "due_at": due_at}
        cursor.execute(_MOVE_WHAT_WAITS_FOR_IT, waiting)
        cursor.execute(_NOTE_SUCCESS if outcome.succeeded else _NOTE_FAILURE, [taken.endpoint_id])
        if over and not outcome.succeeded:
            _give_up(cursor, taken, outcome)
    return True


def _give_up(cursor: Any, taken: Taken, outcome: Outcome) -> None:  # noqa: ANN401 - a cursor of Django's
    _log.warning(
        "webhook %s (%s) to endpoint %s is given up after %s attempts: %s",
        taken.message_key,
        taken.type,
        taken.endpoint_id,
        taken.attempts,
        outcome.status or outcome.error,
    )
    after_s = None if outcome.is_gone else webhook_conf().disable_after_s
    why = "it answered 410 Gone"
    if after_s is not None:
        why = f"nothing was delivered since its first failure, {after_s} s or longer ago"
    with one_statement("webhook_given_up"):
        cursor.execute(_DISABLE, {"id": taken.endpoint_id, "reason": why, "after_s": after_s})
    if cursor.rowcount:
        _log.error("webhook endpoint %s is disabled: %s", taken.endpoint_id, outcome.status or outcome.error)


_READY = """
    delivery.state = 'pending' AND delivery.due_at <= now()
    AND delivery.id = (SELECT first.id FROM mediadock_webhook_delivery AS first
                        WHERE first.endpoint_id = delivery.endpoint_id AND first.subject = delivery.subject
                          AND first.state = 'pending' ORDER BY first.id LIMIT 1)
"""
"""The first of its subject. Asked row by row in the order of ``due_at``, which is as long as what is in hand."""

_WITH_WORK = f"""
    SELECT endpoint.id FROM mediadock_webhook_endpoint AS endpoint
     CROSS JOIN LATERAL (SELECT FROM mediadock_webhook_delivery AS delivery
                          WHERE delivery.endpoint_id = endpoint.id AND {_READY}
                          ORDER BY delivery.due_at LIMIT 1) AS one
     WHERE endpoint.disabled_at IS NULL
"""  # noqa: S608 - our own text

_LEFT_ALONE = f"""
    SELECT endpoint.id FROM mediadock_webhook_endpoint AS endpoint
     CROSS JOIN LATERAL (SELECT FROM mediadock_webhook_delivery AS delivery
                          WHERE delivery.endpoint_id = endpoint.id AND {_READY}
                            AND delivery.due_at <= now() - make_interval(secs => %(overdue_s)s)
                          ORDER BY delivery.due_at LIMIT 1) AS one
     WHERE endpoint.disabled_at IS NULL
       AND NOT EXISTS (SELECT FROM mediadock_webhook_delivery AS in_hand
                        WHERE in_hand.endpoint_id = endpoint.id AND in_hand.state = 'pending'
                          AND in_hand.lease IS NOT NULL AND in_hand.due_at > now()
                          AND in_hand.due_at <= now() + make_interval(secs => %(lease_s)s))
"""  # noqa: S608 - our own text

_TAKE = f"""
    WITH chosen AS (
        SELECT delivery.id FROM mediadock_webhook_delivery AS delivery
          JOIN mediadock_webhook_endpoint AS endpoint ON endpoint.id = delivery.endpoint_id
         WHERE delivery.endpoint_id = %(endpoint_id)s AND endpoint.disabled_at IS NULL AND {_READY}
         ORDER BY delivery.due_at LIMIT 1 FOR UPDATE OF delivery SKIP LOCKED
    ),
    taken AS (
        UPDATE mediadock_webhook_delivery AS delivery
           SET attempts = LEAST(attempts + 1, 1000), lease = %(lease)s::uuid,
               due_at = now() + make_interval(secs => %(lease_s)s)
          FROM chosen WHERE delivery.id = chosen.id
        RETURNING delivery.id, delivery.endpoint_id, delivery.message_id, delivery.attempts
    )
    SELECT taken.id, taken.attempts, endpoint.url, endpoint.secret,
           CASE WHEN endpoint.previous_until > now() THEN endpoint.previous_secret END,
           message.key, message.type, message.body
      FROM taken
      JOIN mediadock_webhook_endpoint AS endpoint ON endpoint.id = taken.endpoint_id
      JOIN mediadock_webhook_message AS message ON message.id = taken.message_id
"""  # noqa: S608 - our own text

_MOVE = """
    UPDATE mediadock_webhook_delivery
       SET state = %s, due_at = now() + make_interval(secs => %s), lease = NULL WHERE id = %s
    RETURNING endpoint_id, subject, id, due_at
"""

_MOVE_WHAT_WAITS_FOR_IT = """
    UPDATE mediadock_webhook_delivery SET due_at = %(due_at)s
     WHERE endpoint_id = %(endpoint_id)s AND subject = %(subject)s AND state = 'pending' AND id > %(id)s
       AND lease IS NULL
"""
"""Where this one is a replay a later one may be in hand: its ``due_at`` is the end of that lease."""

_AGAINST_REMOVAL = "SELECT id FROM mediadock_webhook_endpoint WHERE id = %s FOR KEY SHARE"
"""In the order of ``remove_endpoint``: the endpoint before its deliveries, so that neither waits for the other."""

_NOTE_SUCCESS = "UPDATE mediadock_webhook_endpoint SET failing_since = NULL WHERE id = %s AND failing_since IS NOT NULL"

_NOTE_FAILURE = "UPDATE mediadock_webhook_endpoint SET failing_since = now() WHERE id = %s AND failing_since IS NULL"

_DISABLE = """
    UPDATE mediadock_webhook_endpoint SET disabled_at = now(), disabled_reason = %(reason)s
     WHERE id = %(id)s AND disabled_at IS NULL
       AND (%(after_s)s::float8 IS NULL OR extract(epoch FROM now() - failing_since) >= %(after_s)s::float8)
"""
