"""What a process reports of itself goes some time after the process; what it counted stays."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.models.functions import Now

from mediadock.telemetry.metrics import PRESIGNED, SOCKETS
from mediadock.telemetry.models import Tally as Figure
from mediadock.telemetry.tally import Tally


def test_figures_of_processes_that_are_gone_do_not_pile_up(django_schema: None) -> None:
    for pod in range(3):
        Figure.objects.create(metric=SOCKETS.name, labels=f'["pod-{pod}:1"]', value=7.25)
    Figure.objects.create(metric=PRESIGNED.name, labels='["of long ago"]', value=7.25)
    Figure.objects.filter(value=7.25).update(updated_at=Now() - timedelta(days=2))
    Figure.objects.create(metric=SOCKETS.name, labels='["pod-of-today:1"]', value=7.25)

    living = Tally()
    living.watch(SOCKETS, lambda: 0.25)
    living.flush()
    living.end()

    left = set(Figure.objects.filter(value=7.25).values_list("labels", flat=True))
    reported = Figure.objects.filter(metric=SOCKETS.name, value=0.25).count()
    Figure.objects.filter(value=7.25).delete()
    connection.close()
    assert left == {'["of long ago"]', '["pod-of-today:1"]'}
    assert reported == 1
