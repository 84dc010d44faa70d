"""What all processes have counted: one row a figure. ``tally`` is the only writer."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Tally(models.Model):
    """The value of one series. ``labels`` are its labels' values as JSON, in the order of their declaration.

    ``bound`` is empty, or of a histogram's bucket its upper end; a bucket counts what fell into it alone. A gauge's
    row names the process that reads it as its last label, and counts while it is fresh.
    """

    pk = models.CompositePrimaryKey("metric", "labels", "bound")
    metric = models.CharField(max_length=96)
    labels = models.CharField(max_length=512)
    bound = models.CharField(max_length=16, default="", db_default="")
    value = models.FloatField()
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mediadock_tally"

    def __str__(self) -> str:
        return f"{self.metric}{self.labels} {self.value}"
