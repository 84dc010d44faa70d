"""Generated images: which there are to be. ``media_id`` is reserved for the asset that comes with the bytes.

Once ``begun``, there is or was that asset: an object under the image's key is no news any more.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class GeneratedImage(models.Model):
    """One image of one generation of one owner; ``index`` counts from 0."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    generation_id = models.CharField(max_length=64)
    index = models.IntegerField()
    media_id = models.BigIntegerField(unique=True)
    begun = models.BooleanField(default=False, db_default=False)
    content_type = models.CharField(max_length=127)
    prompt = models.TextField()
    model = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mediadock_generated_image"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "generation_id", "index"], name="mediadock_generated_once")
        ]

    def __str__(self) -> str:
        return f"{self.generation_id} [{self.index}]"
