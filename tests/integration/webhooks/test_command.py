"""What an operator does at the command line: endpoints, the log of deliveries, sending again."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models.functions import Now

from mediadock.webhooks.history import forget_old
from mediadock.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookMessage
from stack.hooks import carrying, deliveries, reached
from stack.receiver import Receiver
from stack.waiting import eventually


def webhooks(*words: str | int) -> str:
    """What ``python -m django webhooks …`` prints."""
    out = io.StringIO()
    call_command("webhooks", *map(str, words), stdout=out)
    return out.getvalue()


def sent(endpoint: WebhookEndpoint, count: int) -> bool:
    return sum(state != "pending" for _, state, _ in deliveries(endpoint)) == count


@pytest.fixture
def one(django_schema: None, receiver: Receiver) -> Iterator[WebhookEndpoint]:
    """An endpoint that was added at the command line."""
    printed = webhooks("add", receiver.url, "--types", "parcel.*, asset.ready", "--description", "ours")
    fields = dict(line.split(": ", 1) for line in printed.splitlines() if ": " in line)
    endpoint = WebhookEndpoint.objects.get(pk=int(fields["endpoint"]))
    assert fields["secret"] == endpoint.secret
    yield endpoint
    if WebhookEndpoint.objects.filter(pk=endpoint.pk).exists():
        webhooks("remove", endpoint.pk)


def test_endpoints_are_listed_without_their_secrets(one: WebhookEndpoint) -> None:
    [listed] = json.loads(webhooks("list", "--json"))
    assert listed == {
        "id": one.pk,
        "url": one.url,
        "description": "ours",
        "types": ["asset.ready", "parcel.*"],
        "state": "ok",
        "failing_since": None,
        "waiting": 0,
    }
    assert "whsec" not in webhooks("list")


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "https://[::1]/", "ftp://127.0.0.1/", "hooks"])
def test_an_endpoint_where_nothing_could_be_sent_is_refused(django_schema: None, url: str) -> None:
    with pytest.raises(CommandError):
        webhooks("add", url)
    assert not WebhookEndpoint.objects.filter(url=url).exists()


def test_a_new_secret_is_shown_once(one: WebhookEndpoint) -> None:
    printed = webhooks("rotate", one.pk, "--both", "2h")
    rotated = WebhookEndpoint.objects.get(pk=one.pk)
    assert f"secret: {rotated.secret}\n" in printed
    assert (rotated.previous_secret, rotated.secret != one.secret) == (one.secret, True)
    assert "whsec" not in webhooks("list", "--json")


def test_a_test_is_sent_whatever_the_endpoint_wants(one: WebhookEndpoint, receiver: Receiver) -> None:
    webhooks("test", one.pk)
    with carrying():
        eventually(lambda: sent(one, 1))
    assert [document["type"] for document in receiver.told(one.secret)] == ["webhook.test"]


def test_a_test_is_waited_for_and_its_failure_is_told_and_holds_up_no_other_test(
    one: WebhookEndpoint, receiver: Receiver
) -> None:
    with pytest.raises(CommandError, match="does the relay run"):
        webhooks("test", one.pk, "--wait", "1s")
    with carrying():
        eventually(lambda: sent(one, 1))
        receiver.first.append("gone")
        with pytest.raises(CommandError, match=r"given_up after 1 \(410 after"):
            webhooks("test", one.pk, "--wait", "60s")
        webhooks("enable", one.pk)
        WebhookDelivery.objects.filter(state="given_up").update(state="pending", due_at=Now() + timedelta(hours=1))
        told = json.loads(webhooks("test", one.pk, "--wait", "60s", "--json"))
    assert (told["type"], told["state"]) == ("webhook.test", "delivered")
    assert [attempt["status"] for attempt in told["tries"]] == [204]


def test_a_disabled_endpoint_gets_nothing_until_it_is_enabled(one: WebhookEndpoint) -> None:
    reached("parcel.sent")
    webhooks("disable", one.pk)
    assert "disabled: by the operator" in webhooks("list")
    reached("parcel.lost")
    with pytest.raises(CommandError):
        webhooks("test", one.pk)
    webhooks("enable", one.pk)
    with carrying():
        eventually(lambda: sent(one, 1))
    assert deliveries(one) == [("parcel.sent", "delivered", 1)]


def test_what_was_given_up_is_sent_again_on_demand_under_its_id(one: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.behaviour = "unwell"
    reached("parcel.sent")
    with carrying():
        eventually(lambda: sent(one, 1))
        assert "given_up after 5 (500 after" in webhooks("log", "--given-up")
        receiver.behaviour = "good"
        reached("parcel.lost")
        eventually(lambda: sent(one, 2))
        assert webhooks("replay", "--since", "1h", "--endpoint", one.pk) == "replayed: 1\n"
        eventually(lambda: sent(one, 2))
    assert deliveries(one) == [("parcel.sent", "delivered", 1), ("parcel.lost", "delivered", 1)]
    assert receiver.received[0].id == receiver.received[-1].id


def test_one_message_or_all_since_a_time_are_sent_again(one: WebhookEndpoint, receiver: Receiver) -> None:
    subject = reached("parcel.sent", "parcel.lost")
    with carrying():
        eventually(lambda: sent(one, 2))
        key = WebhookMessage.objects.get(subject=subject, type="parcel.lost").key
        assert webhooks("replay", "--message", key) == "replayed: 1\n"
        eventually(lambda: len(receiver.received) == 3 and sent(one, 2))
        assert receiver.received[2].id == key
        assert webhooks("replay", "--since", "1h", "--all", "--endpoint", one.pk) == "replayed: 2\n"
        eventually(lambda: len(receiver.received) == 5 and sent(one, 2))


def test_one_delivery_is_looked_at_closely_and_sent_again(one: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.first.append("unwell")
    reached("parcel.sent", subject="parcel:a")
    reached("parcel.lost", subject="parcel:b")
    with carrying():
        eventually(lambda: sent(one, 2))
        lost, _ = json.loads(webhooks("log", "--endpoint", one.pk, "--json"))
        [document] = json.loads(webhooks("log", "--delivery", lost["id"], "--json"))
        assert document == lost
        assert webhooks("replay", "--delivery", lost["id"]) == "replayed: 1\n"
        eventually(lambda: sent(one, 2))
    assert receiver.received[-1].id == lost["message"]
    [again] = json.loads(webhooks("log", "--message", lost["message"], "--json"))
    assert len(again["tries"]) == len(lost["tries"]) + 1
    failed = json.loads(webhooks("log", "--json", "--endpoint", one.pk, "--most", "2"))
    [unwell] = [attempt for shown in failed for attempt in shown["tries"] if attempt["status"] == 500]
    assert unwell["answer"] == "the database is away"
    text = "\n".join(webhooks("log", "--delivery", shown["id"]) for shown in failed)
    assert " ms: the database is away" in text


@pytest.mark.parametrize("verb", ["disable", "enable", "rotate", "test", "remove"])
def test_every_verb_answers_a_program(one: WebhookEndpoint, verb: str) -> None:
    endpoint = {"id", "url", "description", "types", "state", "failing_since", "waiting"}
    answers = {
        "disable": endpoint,
        "enable": endpoint,
        "rotate": {"endpoint", "secret", "previous_until"},
        "test": {"message"},
        "remove": {"removed"},
    }
    assert json.loads(webhooks(verb, one.pk, "--json")).keys() == answers[verb]


def test_without_saying_what_nothing_is_sent_again(django_schema: None) -> None:
    with pytest.raises(CommandError, match="Say what"):
        webhooks("replay")


@pytest.mark.parametrize("verb", ["rotate", "disable", "enable", "remove", "test"])
def test_an_endpoint_that_is_not_there_is_said(django_schema: None, verb: str) -> None:
    with pytest.raises(CommandError, match="no endpoint 987654"):
        webhooks(verb, 987654)


def test_a_removed_endpoint_takes_its_deliveries_along(one: WebhookEndpoint) -> None:
    reached("parcel.sent")
    with carrying():
        eventually(lambda: sent(one, 1))
    webhooks("remove", one.pk)
    assert not WebhookDelivery.objects.filter(endpoint=one.pk).exists()


def test_what_is_old_is_forgotten_and_what_is_not_stays(one: WebhookEndpoint) -> None:
    old, recent = reached("parcel.sent"), reached("parcel.sent")
    with carrying():
        eventually(lambda: sent(one, 2))
    for subject, days in ((old, 30), (recent, 29)):
        WebhookMessage.objects.filter(subject=subject).update(created_at=Now() - timedelta(days=days, minutes=1))
    assert forget_old() == 1
    assert list(WebhookMessage.objects.filter(subject__in=[old, recent]).values_list("subject", flat=True)) == [recent]


def test_no_log_line_holds_a_secret_or_a_body(
    one: WebhookEndpoint, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.behaviour = "unwell"
    subject = reached("parcel.sent")
    with carrying():
        eventually(lambda: sent(one, 1))
    said = "\n".join(caplog.messages)
    assert "is given up after 5 attempts: 500" in said
    assert one.secret.removeprefix("whsec_") not in said
    assert all(request.headers["webhook-signature"].split(",")[1] not in said for request in receiver.received)
    assert subject not in said
