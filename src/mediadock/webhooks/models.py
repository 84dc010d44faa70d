"""Endpoints of the host's backend, what is to be told them, and what came of it.

A ``WebhookMessage`` is one milestone as it is sent, byte for byte; a ``WebhookDelivery`` is its way to one endpoint,
a ``WebhookAttempt`` one try. Messages exist only where an endpoint wanted them when the milestone was reached.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class WebhookEndpoint(models.Model):
    """Where to. ``types`` are the milestones it wants, ``asset.ready`` or ``asset.*``; none is all.

    ``previous_secret`` signs too until ``previous_until``. ``failing_since`` is the first failure after the last
    success. One that is disabled gets nothing, and nothing is recorded for it; ``disabled_reason`` says who did it.
    """

    url = models.TextField()
    description = models.TextField(default="", db_default="", blank=True)
    types: models.Field[list[str], list[str]] = ArrayField(models.CharField(max_length=64), default=list, db_default=[])
    secret = models.CharField(max_length=128)
    previous_secret = models.CharField(max_length=128, null=True)
    previous_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=200, default="", db_default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mediadock_webhook_endpoint"

    def __str__(self) -> str:
        return f"{self.pk}: {self.url}"


class WebhookMessage(models.Model):
    """What is sent, the same bytes to everybody and each time. ``key`` is its ``webhook-id``."""

    key = models.CharField(max_length=40, unique=True)
    type = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mediadock_webhook_message"
        indexes: ClassVar = [models.Index(fields=["created_at"], name="mediadock_webhook_old")]

    def __str__(self) -> str:
        return f"{self.key} ({self.type})"


class DeliveryState(models.TextChoices):
    """Where a delivery is; those that were given up or delivered may be replayed."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class WebhookDelivery(models.Model):
    """A message's way to an endpoint.

    ``due_at`` is when somebody may try, or try again what whoever holds ``lease`` has not reported by then.
    ``attempts`` are counted since it was made or replayed, each before it is sent.
    """

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="deliveries")
    subject = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=DeliveryState.choices, db_default="pending")
    attempts = models.SmallIntegerField(db_default=0)
    due_at = models.DateTimeField(db_default=Now())
    lease = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mediadock_webhook_delivery"
        verbose_name_plural = "webhook deliveries"
        indexes: ClassVar = [
            models.Index(
                fields=["endpoint", "due_at"], name="mediadock_webhook_due", condition=models.Q(state="pending")
            ),
            models.Index(
                fields=["endpoint", "subject", "id"],
                name="mediadock_webhook_turn",
                condition=models.Q(state="pending"),
            ),
            models.Index(fields=["endpoint", "-id"], name="mediadock_webhook_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.state})"


class WebhookAttempt(models.Model):
    """One try: the status and the answer's first bytes, or why there was none."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries")
    status = models.SmallIntegerField(null=True)
    error = models.CharField(max_length=200, default="", blank=True)
    answer = models.TextField(default="", blank=True)
    duration_ms = models.IntegerField()
    ended_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mediadock_webhook_attempt"

    def __str__(self) -> str:
        return f"{self.status or self.error} after {self.duration_ms} ms"
