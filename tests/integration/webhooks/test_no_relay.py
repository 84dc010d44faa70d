"""While no relay runs the sweeper sends what has been due for long, and is held up by nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery import current_app
from django.db.models.functions import Now

from mediadock.uploads.models import Outbox
from mediadock.uploads.relay import Relay
from mediadock.webhooks.deliveries import OVERDUE_S, take
from mediadock.webhooks.endpoints import disable_endpoint
from mediadock.webhooks.models import WebhookDelivery, WebhookEndpoint
from mediadock.webhooks.overdue import carry_overdue
from stack.hooks import attempts, deliveries, reached
from stack.receiver import Receiver
from stack.waiting import eventually

PATIENCE_S = 60.0
"""More than any of these rounds takes; who waits for a whole one waits in vain."""


def waited(endpoint: WebhookEndpoint, seconds: float) -> None:
    """All that waits for this endpoint has been due for so long."""
    WebhookDelivery.objects.filter(endpoint=endpoint.pk).update(due_at=Now() - timedelta(seconds=seconds))


@pytest.mark.parametrize(("waited_s", "sent"), [(OVERDUE_S - 25, 0), (OVERDUE_S, 3)])
def test_what_has_been_due_for_half_a_minute_is_sent(
    endpoint: WebhookEndpoint, receiver: Receiver, waited_s: float, sent: int
) -> None:
    for _ in range(3):
        reached("parcel.sent")
    waited(endpoint, waited_s)
    assert carry_overdue(PATIENCE_S) == sent
    assert len(receiver.told(endpoint.secret)) == sent
    assert [state for _, state, _ in deliveries(endpoint)].count("delivered") == sent


def test_a_round_of_the_sweeper_does_it(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    Outbox.objects.all().delete()  # what other tests left is not to be carried here
    reached("parcel.sent")
    waited(endpoint, OVERDUE_S)
    assert Relay(current_app).carry_overdue() == 1
    assert [document["type"] for document in receiver.told(endpoint.secret)] == ["parcel.sent"]


def test_what_somebody_has_in_hand_says_that_a_carrier_lives_though_its_endpoint_is_slow(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    for _ in range(2):
        reached("parcel.sent")
    waited(endpoint, OVERDUE_S)
    mine = take(endpoint.pk)
    assert mine is not None
    assert carry_overdue(PATIENCE_S) == 0
    WebhookDelivery.objects.filter(pk=mine.delivery_id).update(due_at=Now())  # whoever had it is dead
    assert carry_overdue(PATIENCE_S) == 2
    assert len(receiver.received) == 2


def test_an_endpoint_that_is_disabled_gets_nothing(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    reached("parcel.sent")
    disable_endpoint(endpoint.pk)
    waited(endpoint, OVERDUE_S)
    assert carry_overdue(PATIENCE_S) == 0
    assert receiver.received == []


def test_an_endpoint_that_hangs_holds_nobody_up_and_gets_no_more_threads_with_each_round(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.behaviour = "stalled"
    for _ in range(20):
        reached("parcel.sent")
    waited(endpoint, OVERDUE_S)
    eventually(lambda: carry_overdue(0.2) == 0 and receiver.under_way > 0)
    for _ in range(3):
        assert carry_overdue(0.2) == 0
    receiver.behaviour = "good"
    receiver.released.set()
    in_hand = WebhookDelivery.objects.filter(endpoint=endpoint.pk, lease__isnull=False)
    eventually(lambda: not in_hand.exists())
    tried = WebhookDelivery.objects.filter(endpoint=endpoint.pk, attempts__gt=0).count()
    assert 1 <= tried == len(attempts(endpoint)) <= 4, "each is written down though nobody waited for it"
    assert receiver.most_at_once <= 4
