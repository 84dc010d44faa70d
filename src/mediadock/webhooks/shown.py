"""Endpoints and deliveries as an operator is shown them: as JSON, and as lines of text. No secret is in either."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from mediadock.webhooks.models import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from mediadock.webhooks.sending import printable

_MOST_OF_AN_ANSWER = 80


class EndpointShown(TypedDict):
    """``state`` is ``ok``, ``failing`` or ``disabled: `` and why; ``waiting`` counts deliveries that are not over."""

    id: int
    url: str
    description: str
    types: list[str]
    state: str
    failing_since: str | None
    waiting: int


class AttemptShown(TypedDict):
    """One try: the ``status`` and the first bytes of the ``answer``, or in ``error`` why there is none."""

    ended_at: str
    status: int | None
    error: str
    answer: str
    duration_ms: int


class DeliveryShown(TypedDict):
    """``due_at`` is when it is tried next, while ``state`` is ``pending``; ``tries`` has the oldest first."""

    id: int
    endpoint: int
    message: str
    type: str
    subject: str
    state: str
    attempts: int
    due_at: str | None
    created_at: str
    tries: list[AttemptShown]


def endpoint_shown(endpoint: WebhookEndpoint) -> EndpointShown:
    """Without its secrets."""
    state = "failing" if endpoint.failing_since else "ok"
    return {
        "id": endpoint.pk,
        "url": endpoint.url,
        "description": endpoint.description,
        "types": endpoint.types,
        "state": f"disabled: {endpoint.disabled_reason}" if endpoint.disabled_at else state,
        "failing_since": _time(endpoint.failing_since),
        "waiting": endpoint.deliveries.filter(state=DeliveryState.PENDING).count(),
    }


def delivery_shown(delivery: WebhookDelivery) -> DeliveryShown:
    """With every try; its message and its tries are read unless they were fetched along."""
    message = delivery.message
    tries = sorted(delivery.tries.all(), key=lambda attempt: int(attempt.pk))
    return {
        "id": delivery.pk,
        "endpoint": delivery.endpoint_id,
        "message": message.key,
        "type": message.type,
        "subject": message.subject,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "due_at": _time(delivery.due_at) if delivery.state == DeliveryState.PENDING else None,
        "created_at": delivery.created_at.isoformat(),
        "tries": [_attempt_shown(attempt) for attempt in tries],
    }


def endpoint_line(shown: EndpointShown) -> str:
    """``1 https://… [all] ok, waiting: 0``."""
    wanted = ", ".join(shown["types"]) or "all"
    return f"{shown['id']} {shown['url']} [{wanted}] {shown['state']}, waiting: {shown['waiting']}"


def delivery_line(shown: DeliveryShown) -> str:
    """``17 2026-… msg_… asset.ready asset:42 to 1: delivered after 1 (204 after 35 ms)``."""
    what = f"{_second(shown['created_at'])} {shown['message']} {shown['type']} {shown['subject']}"
    last = f" ({_came_of_it(shown['tries'][-1])})" if shown["tries"] else ""
    return f"{shown['id']} {what} to {shown['endpoint']}: {shown['state']} after {shown['attempts']}{last}"


def delivery_lines(shown: DeliveryShown) -> str:
    """The same, and a line for each try with the beginning of what the backend said."""
    lines = [delivery_line(shown)]
    for attempt in shown["tries"]:
        said = printable(attempt["answer"])[:_MOST_OF_AN_ANSWER]
        lines.append(f"    {_second(attempt['ended_at'])} {_came_of_it(attempt)}" + (f": {said}" if said else ""))
    return "\n".join(lines)


def _attempt_shown(attempt: WebhookAttempt) -> AttemptShown:
    return {
        "ended_at": attempt.ended_at.isoformat(),
        "status": attempt.status,
        "error": attempt.error,
        "answer": attempt.answer,
        "duration_ms": attempt.duration_ms,
    }


def _came_of_it(attempt: AttemptShown) -> str:
    return f"{attempt['status'] or attempt['error'].removesuffix('.')} after {attempt['duration_ms']} ms"


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _second(moment: str) -> str:
    return moment[:19].replace("T", " ")
