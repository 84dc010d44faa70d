"""Albums. What is in one hangs on it by a link; nothing of it is copied here."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Album(models.Model):
    """Pictures and films of one user, under a title."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    title = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mediadock_album"
        indexes: ClassVar = [models.Index(fields=["owner", "-id"], name="mediadock_album_owner")]

    def __str__(self) -> str:
        return self.title
