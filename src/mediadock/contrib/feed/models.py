"""Posts. A post is published from ``published_at`` on; it never goes back.

Its media hang on it by their links; ``media_order`` is only how they were given, and may name some that are gone.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Post(models.Model):
    """What one user shows to everybody."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    content = models.TextField()
    media_order: models.Field[list[int], list[int]] = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    created_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mediadock_post"
        indexes: ClassVar = [
            models.Index(fields=["-id"], name="mediadock_post_shown", condition=models.Q(published_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"post {self.pk}"

    @property
    def status(self) -> str:
        """``publishing`` or ``published``."""
        return PUBLISHING if self.published_at is None else PUBLISHED


PUBLISHING = "publishing"
PUBLISHED = "published"
DELETED = "deleted"
