"""From a kept milestone to the backend: signed, in order, once at a time, again until it is taken."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from mediadock.uploads.milestones import reach
from mediadock.webhooks import deliveries as webhook_deliveries
from mediadock.webhooks.carrier import attempt
from mediadock.webhooks.conf import webhook_conf
from mediadock.webhooks.deliveries import report, take
from mediadock.webhooks.endpoints import add_endpoint, enable_endpoint, remove_endpoint, rotate_secret
from mediadock.webhooks.history import replay
from mediadock.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from mediadock.webhooks.sending import Outcome
from stack.hooks import attempts, carrying, deliveries, reached
from stack.receiver import Receiver, run_receiver
from stack.waiting import eventually


def states(endpoint: WebhookEndpoint) -> Counter[str]:
    return Counter(state for _, state, _ in deliveries(endpoint))


def fresh(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    return WebhookEndpoint.objects.get(pk=endpoint.pk)


def test_a_backend_gets_what_it_can_verify(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    subject = reached("parcel.sent")
    with carrying():
        eventually(lambda: states(endpoint)["delivered"] == 1)
    [request] = receiver.received
    assert request.verified(endpoint.secret)["data"] == {"subject": subject}
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("Mediadock/")
    assert deliveries(endpoint) == [("parcel.sent", "delivered", 1)]


def test_a_backend_that_fails_is_asked_again_with_the_same_id(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.first.extend(["unwell", "moved"])
    reached("parcel.sent")
    with carrying():
        eventually(lambda: states(endpoint)["delivered"] == 1)
    assert [status for status, _ in attempts(endpoint)] == [500, 307, 204]
    assert len({one.id for one in receiver.received}) == 1
    assert len(receiver.told(endpoint.secret)) == 3, "each is signed anew"
    first = WebhookAttempt.objects.filter(delivery__endpoint=endpoint.pk).order_by("pk")[0]
    assert first.answer == "the database is away"


def test_a_backend_that_curses_is_given_up_like_any_that_fails(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    """Its bytes are in the log, where PostgreSQL takes no NUL and a terminal should see no escape."""
    receiver.behaviour = "cursing"
    reached("parcel.sent")
    with carrying():
        eventually(lambda: states(endpoint)["given_up"] == 1)
    assert {error.isprintable() for _, error in attempts(endpoint)} == {True}


def test_what_is_of_one_thing_comes_in_its_order_whatever_fails(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.first.extend(["unwell", "unwell"])
    subjects = [reached("parcel.sent", "parcel.lost", "parcel.found") for _ in range(3)]
    with carrying(carriers=2):
        eventually(lambda: states(endpoint)["delivered"] == 9)
    taken = [one.verified(endpoint.secret) for one in receiver.received if one.answered == "good"]
    for subject in subjects:
        told = [document["type"] for document in taken if document["data"]["subject"] == subject]
        assert told == ["parcel.sent", "parcel.lost", "parcel.found"]


def test_a_backend_that_is_away_gets_it_when_it_is_back(django_schema: None) -> None:
    with run_receiver() as gone:
        endpoint = add_endpoint(gone.url)
    reached("parcel.sent")
    with carrying():
        eventually(lambda: len(attempts(endpoint)) == 1)
        assert "ConnectionRefusedError" in attempts(endpoint)[0][1]
        with run_receiver(port=int(gone.url.split(":")[2].partition("/")[0])) as back:
            eventually(lambda: bool(states(endpoint)["delivered"] or states(endpoint)["given_up"]))
            if states(endpoint)["given_up"]:  # a machine so slow that five attempts were over
                WebhookDelivery.objects.filter(endpoint=endpoint.pk).update(state="pending", attempts=0)
                eventually(lambda: states(endpoint)["delivered"] == 1)
            assert [document["type"] for document in back.told(endpoint.secret)] == ["parcel.sent"]
    remove_endpoint(endpoint.pk)


def test_of_two_carriers_at_once_one_sends(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    for _ in range(40):
        reached("parcel.sent")
    with carrying(carriers=2):
        eventually(lambda: states(endpoint)["delivered"] == 40)
    assert Counter(Counter(one.id for one in receiver.received).values()) == {1: 40}
    assert {tries for _, _, tries in deliveries(endpoint)} == {1}


def test_a_slow_backend_delays_no_other(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.behaviour = "stalled"
    with run_receiver() as quick:
        other = add_endpoint(quick.url)
        for _ in range(20):
            reached("parcel.sent")
        with carrying():
            eventually(lambda: states(other)["delivered"] == 20 and receiver.under_way > 0)
            assert states(endpoint)["delivered"] == 0
            receiver.behaviour = "good"
            receiver.released.set()
            eventually(lambda: states(endpoint)["pending"] == 0)
        assert receiver.most_at_once <= 4
        remove_endpoint(other.pk)


def test_one_that_is_gone_is_disabled_and_not_written_down_for(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.first.append("gone")
    reached("parcel.sent")
    with carrying():
        eventually(lambda: fresh(endpoint).disabled_at is not None)
    reached("parcel.lost")
    assert deliveries(endpoint) == [("parcel.sent", "given_up", 1)]
    assert fresh(endpoint).disabled_reason == "it answered 410 Gone"


def test_one_where_nothing_arrives_for_days_is_disabled_and_goes_on_when_it_is_enabled(
    endpoint: WebhookEndpoint, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.behaviour = "unwell"
    reached("parcel.sent", subject="parcel:a")
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=Now() - timedelta(days=3))
    reached("parcel.lost", subject="parcel:a")
    with carrying():
        eventually(lambda: fresh(endpoint).disabled_at is not None)
    assert deliveries(endpoint) == [("parcel.sent", "given_up", 5), ("parcel.lost", "pending", 0)]
    assert f"webhook endpoint {endpoint.pk} is disabled: 500" in caplog.messages
    receiver.behaviour = "good"
    enable_endpoint(endpoint.pk)
    with carrying():
        eventually(lambda: states(endpoint)["delivered"] == 1)
    assert fresh(endpoint).failing_since is None


def test_one_that_fails_since_less_is_not_disabled(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.behaviour = "unwell"
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=Now() - timedelta(days=2, hours=23))
    reached("parcel.sent")
    with carrying():
        eventually(lambda: states(endpoint)["given_up"] == 1)
    assert fresh(endpoint).disabled_at is None


def test_one_that_fails_is_given_up_however_long_endpoints_are_tolerated(
    endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    tolerant = replace(webhook_conf(), disable_after_s=10**15, retry_delays_s=())
    monkeypatch.setattr(webhook_deliveries, "webhook_conf", lambda: tolerant)
    reached("parcel.sent")
    taken = take(endpoint.pk)
    assert taken is not None
    report(taken, Outcome(status=500))
    assert deliveries(endpoint) == [("parcel.sent", "given_up", 1)]
    assert fresh(endpoint).disabled_at is None


def test_an_address_that_became_private_is_not_sent_to(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(url="http://169.254.169.254/latest/meta-data/")
    reached("parcel.sent")
    with carrying():
        eventually(lambda: states(endpoint)["given_up"] == 1)
    assert {status for status, _ in attempts(endpoint)} == {None}
    assert all("not public" in error for _, error in attempts(endpoint))


def test_what_a_dead_carrier_had_is_sent_again_and_its_word_is_too_late(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    reached("parcel.sent")
    dead = take(endpoint.pk)
    assert dead is not None
    assert take(endpoint.pk) is None, "the other has it"
    WebhookDelivery.objects.filter(pk=dead.delivery_id).update(due_at=Now())  # as when its lease is over
    other = take(endpoint.pk)
    assert other is not None
    assert (other.message_key, other.attempts) == (dead.message_key, 2)
    report(dead, attempt(dead))
    assert deliveries(endpoint) == [("parcel.sent", "pending", 2)]
    report(other, attempt(other))
    assert deliveries(endpoint) == [("parcel.sent", "delivered", 2)]
    assert len({one.id for one in receiver.received}) == 1


@pytest.mark.parametrize("status", [204, 500])
def test_what_is_in_hand_is_sent_by_nobody_else_while_one_before_it_is_sent_again(
    endpoint: WebhookEndpoint, status: int
) -> None:
    subject = reached("parcel.sent")
    before = take(endpoint.pk)
    assert before is not None
    report(before, Outcome(status=204))
    reached("parcel.lost", subject=subject)
    in_hand = take(endpoint.pk)
    assert in_hand is not None
    leased_until = WebhookDelivery.objects.get(pk=in_hand.delivery_id).due_at
    replay(WebhookDelivery.objects.filter(pk=before.delivery_id))
    again = take(endpoint.pk)
    assert again is not None
    assert again.delivery_id == before.delivery_id
    report(again, Outcome(status=status))
    assert WebhookDelivery.objects.get(pk=in_hand.delivery_id).due_at == leased_until
    report(in_hand, Outcome(status=204))
    assert deliveries(endpoint)[1] == ("parcel.lost", "delivered", 1)


def test_while_a_secret_is_replaced_the_old_one_still_verifies(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    new = rotate_secret(endpoint.pk, both_s=3600)
    reached("parcel.sent")
    with carrying():
        eventually(lambda: states(endpoint)["delivered"] == 1)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(previous_until=Now())
    reached("parcel.lost")
    with carrying():
        eventually(lambda: states(endpoint)["delivered"] == 2)
    during, after = receiver.received
    assert during.verified(endpoint.secret) == during.verified(new.secret)
    assert after.verified(new.secret)["type"] == "parcel.lost"
    assert len(after.headers["webhook-signature"].split()) == 1


def test_what_waits_behind_a_failure_is_due_when_that_is_and_goes_on_at_once_after_it(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    def due() -> list[bool]:
        later = Now() + timedelta(hours=1)
        rows = WebhookDelivery.objects.filter(endpoint=endpoint.pk, state="pending").order_by("pk")
        return [one in rows.filter(due_at__gt=later) for one in rows]

    subject = reached("parcel.sent", "parcel.lost")
    first = take(endpoint.pk)
    assert first is not None
    report(first, Outcome(status=503, retry_after_s=7200))
    reached("parcel.found", subject=subject)
    assert due() == [True, True, True]
    WebhookDelivery.objects.filter(pk=first.delivery_id).update(due_at=Now())
    again = take(endpoint.pk)
    assert again is not None
    report(again, Outcome(status=204))
    assert due() == [False, False]
    with carrying():
        eventually(lambda: states(endpoint)["delivered"] == 3)
    assert [document["type"] for document in receiver.told(endpoint.secret)] == ["parcel.lost", "parcel.found"]


def test_an_endpoint_that_is_removed_while_it_is_written_to_takes_no_transition_back(
    endpoint: WebhookEndpoint,
) -> None:
    """The removal waits for the milestone's transaction, and takes what that wrote along."""
    begun, removed = threading.Event(), threading.Event()

    def remove() -> None:
        begun.set()
        remove_endpoint(endpoint.pk)
        removed.set()
        connection.close()

    remover = threading.Thread(target=remove)
    with transaction.atomic():
        reach("parcel.sent", subject="parcel:late", data={})
        remover.start()
        assert begun.wait(30)
        assert not removed.wait(0.5)
    remover.join(60)
    assert removed.is_set()
    assert not WebhookEndpoint.objects.filter(pk=endpoint.pk).exists()
