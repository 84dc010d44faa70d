"""Messages. Whether one is sent is never stored: it follows from its assets (``hooks.message_statuses``)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Message(models.Model):
    """What one user sends to another, or to himself."""

    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    text = models.TextField()
    seen_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mediadock_message"
        indexes: ClassVar = [models.Index(fields=["sender", "receiver", "-id"], name="mediadock_message_pair")]

    def __str__(self) -> str:
        return f"message {self.pk}"
