"""A receiver with an endpoint of its own, in the database of the code inside pytest, where no relay runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from mediadock.webhooks.endpoints import add_endpoint, remove_endpoint
from mediadock.webhooks.models import WebhookEndpoint
from stack.receiver import Receiver, run_receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with run_receiver() as these:
        yield these


@pytest.fixture
def endpoint(receiver: Receiver, django_schema: None) -> Iterator[WebhookEndpoint]:
    """Wants everything, and goes with the test."""
    added = add_endpoint(receiver.url)
    yield added
    if WebhookEndpoint.objects.filter(pk=added.pk).exists():
        remove_endpoint(added.pk)
    connection.close()
