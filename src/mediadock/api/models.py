"""Answers that are given again to the same ``Idempotency-Key``."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class IdempotentRequest(models.Model):
    """A request named by its caller; ``status`` is null while it runs."""

    user_id = models.BigIntegerField()
    path = models.TextField()
    key = models.CharField(max_length=255)
    body_sha256 = models.CharField(max_length=64)
    status = models.SmallIntegerField(null=True)
    body = models.TextField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mediadock_idempotent_request"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user_id", "path", "key"], name="mediadock_idempotent_once")
        ]
