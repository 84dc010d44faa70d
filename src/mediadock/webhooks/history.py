"""What was sent: forget what is old, send again what somebody asks for."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.functions import Now

from mediadock.uploads import doorbell
from mediadock.uploads.crashpoints import committing
from mediadock.webhooks.conf import webhook_conf
from mediadock.webhooks.models import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookMessage

_BATCH = 1000
_SENT = (DeliveryState.DELIVERED, DeliveryState.GIVEN_UP)


def forget_old() -> int:
    """Remove messages that are older than the settings keep them, with all that became of them; returns how many."""
    limit = Now() - timedelta(seconds=webhook_conf().keep_s)
    forgotten = 0
    while ids := list(WebhookMessage.objects.filter(created_at__lt=limit).values_list("pk", flat=True)[:_BATCH]):
        with committing("webhook_forgotten"):
            while remove_some(WebhookDelivery.objects.filter(message__in=ids)):
                continue
            WebhookMessage.objects.filter(pk__in=ids).delete()
        forgotten += len(ids)
    return forgotten


def remove_some(deliveries: QuerySet[WebhookDelivery]) -> int:
    """Remove up to a thousand of these with their attempts; returns how many. Locked first: no attempt is added."""
    with committing("webhook_removed"):
        ids = list(deliveries.select_for_update().order_by("pk").values_list("pk", flat=True)[:_BATCH])
        WebhookAttempt.objects.filter(delivery__in=ids).delete()
        WebhookDelivery.objects.filter(pk__in=ids).delete()
    return len(ids)


def replay(deliveries: QuerySet[WebhookDelivery]) -> int:
    """Send these again, those that are on their way left out, under the ids they had; returns how many.

    A receiver that remembers ``webhook-id`` takes what it has had for a repetition.
    """
    with committing("webhook_replayed"):
        again = deliveries.filter(state__in=_SENT).update(
            state=DeliveryState.PENDING, attempts=0, lease=None, due_at=Now()
        )
        doorbell.ring_relay_on_commit()
    return again


def replayable(
    *,
    endpoint_id: int | None = None,
    delivery_id: int | None = None,
    message_key: str | None = None,
    within_s: int | None = None,
    given_up_only: bool = True,
) -> QuerySet[WebhookDelivery]:
    """Deliveries that are over and no older than ``within_s``; those that were given up, or also those that arrived."""
    chosen = told(
        endpoint_id=endpoint_id, delivery_id=delivery_id, message_key=message_key, given_up_only=given_up_only
    ).filter(state__in=_SENT)
    if within_s is not None:
        chosen = chosen.filter(created_at__gte=Now() - timedelta(seconds=within_s))
    return chosen


def told(
    *,
    endpoint_id: int | None = None,
    delivery_id: int | None = None,
    message_key: str | None = None,
    given_up_only: bool = False,
) -> QuerySet[WebhookDelivery]:
    """Deliveries by endpoint, id and message, with these and their attempts; the latest first."""
    asked = {"endpoint": endpoint_id, "pk": delivery_id, "message__key": message_key}
    asked["state"] = DeliveryState.GIVEN_UP if given_up_only else None
    chosen = WebhookDelivery.objects.filter(**{name: value for name, value in asked.items() if value is not None})
    return chosen.select_related("message").prefetch_related("tries").order_by("-pk")
