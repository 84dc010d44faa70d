"""Milestones and who carries them, played by the test in-process. Only for tests below ``tests/integration``."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

from django.db import transaction

from mediadock.uploads.milestones import reach
from mediadock.webhooks.carrier import Carrier
from mediadock.webhooks.models import WebhookDelivery, WebhookEndpoint


def reached(*types: str, subject: str | None = None) -> str:
    """Reach these milestones, each in a transaction of its own; gives their subject."""
    about = subject or f"parcel:{uuid4().hex[:8]}"
    for type_ in types:
        with transaction.atomic():
            reach(type_, subject=about, data={"subject": about})
    return about


@contextmanager
def carrying(*, carriers: int = 1) -> Iterator[None]:
    """So many carriers, rung all the time, until the end of the block."""
    with ExitStack() as stack:
        for _ in range(carriers):
            stack.enter_context(_one_carrier())
        yield


@contextmanager
def _one_carrier() -> Iterator[None]:
    rung, stopping = threading.Event(), threading.Event()

    def ring() -> None:
        while not stopping.wait(0.02):
            rung.set()
        rung.set()

    threads = [threading.Thread(target=Carrier().run, args=(rung, stopping)), threading.Thread(target=ring)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def deliveries(endpoint: WebhookEndpoint) -> list[tuple[str, str, int]]:
    """Type, state and attempts of what is for this endpoint, the oldest first."""
    found = WebhookDelivery.objects.filter(endpoint=endpoint.pk).order_by("pk")
    return [(one.message.type, one.state, one.attempts) for one in found.select_related("message")]


def attempts(endpoint: WebhookEndpoint) -> list[tuple[int | None, str]]:
    """Status and error of every attempt, the oldest first."""
    rows: Any = WebhookDelivery.objects.filter(endpoint=endpoint.pk, tries__isnull=False)
    return list(rows.order_by("tries__pk").values_list("tries__status", "tries__error"))
