"""Rows of the outbox that fail again and again keep no other from its turn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db.models import F

from mediadock.storage.errors import StoreRefused
from mediadock.uploads.models import Outbox
from mediadock.uploads.outbox import drain, enqueue

REFUSED = 5


def refuses_some(payload: Mapping[str, Any]) -> None:
    """A store that refuses us what lies below ``locked/``."""
    if payload["key"].startswith("locked/"):
        raise StoreRefused(log="DELETE object: 403 AccessDenied")


def test_what_the_store_will_never_let_us_remove_holds_up_no_other_row(django_schema: None) -> None:
    topic = uuid4().hex[:16]
    for number in range(REFUSED):
        enqueue(topic, {"key": f"locked/{number}"})
    enqueue(topic, {"key": "free/1"})
    rows = Outbox.objects.filter(topic=topic)
    for _ in range(REFUSED + 1):
        drain(topic, refuses_some)
        rows.update(available_at=F("available_at") - timedelta(minutes=2))  # in which a relay has nothing else to do
    left = {row.payload["key"] for row in rows}
    rows.delete()
    assert left == {f"locked/{number}" for number in range(REFUSED)}


def test_the_row_that_has_been_due_for_longest_comes_first(django_schema: None) -> None:
    topic = uuid4().hex[:16]
    for key in ("free/1", "free/2", "free/3"):
        enqueue(topic, {"key": key})
    rows = Outbox.objects.filter(topic=topic)
    rows.filter(payload__key="free/3").update(available_at=F("available_at") - timedelta(minutes=2))
    carried: list[str] = []
    drain(topic, lambda payload: carried.append(payload["key"]))
    assert carried == ["free/3", "free/1", "free/2"]
