"""Webhooks in the admin: looked at without secrets, sent again and switched by those who may."""

from __future__ import annotations

import pytest

from mediadock.webhooks.models import WebhookDelivery, WebhookEndpoint
from stack.hooks import carrying, deliveries, reached
from stack.operators import Operator, messages, new_operator
from stack.receiver import Receiver
from stack.waiting import eventually
from stack.web import QuietWeb

ENDPOINTS = "/admin/mediadock_webhooks/webhookendpoint/"
DELIVERIES = "/admin/mediadock_webhooks/webhookdelivery/"


@pytest.fixture(scope="module")
def operator(web: QuietWeb) -> Operator:
    return new_operator(web.url, superuser=True)


def act(operator: Operator, page: str, action: str, *ids: int) -> list[str]:
    """Choose rows of a list and an action; what the operator was told then."""
    answer = operator.post(page, action=action, _selected_action=[str(one) for one in ids])
    assert answer.status == 302, answer.body[:500]
    return messages(operator.page(answer.headers["location"]))


def test_what_was_given_up_is_seen_and_sent_again(
    operator: Operator, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.behaviour = "unwell"
    subject = reached("parcel.sent")
    with carrying():
        eventually(lambda: deliveries(endpoint) == [("parcel.sent", "given_up", 5)])
    assert "parcel.sent" in operator.page(f"{DELIVERIES}?q={subject}&state__exact=given_up")
    delivery = WebhookDelivery.objects.get(subject=subject)
    page = operator.page(f"{DELIVERIES}{delivery.pk}/change/")
    assert page.count("the database is away") == 5
    assert delivery.message.key in page
    receiver.behaviour = "good"
    assert act(operator, DELIVERIES, "replay", delivery.pk) == ["1 of 1 are sent again."]
    with carrying():
        eventually(lambda: deliveries(endpoint) == [("parcel.sent", "delivered", 1)])


def test_an_endpoint_is_switched_and_tested(operator: Operator, endpoint: WebhookEndpoint) -> None:
    assert act(operator, ENDPOINTS, "disable", endpoint.pk) == [f"Endpoint {endpoint.pk}: disabled."]
    assert "disabled: by the operator" in operator.page(ENDPOINTS)
    assert act(operator, ENDPOINTS, "enable", endpoint.pk) == [f"Endpoint {endpoint.pk}: enabled."]
    assert act(operator, ENDPOINTS, "send_a_test", endpoint.pk) == [f"Endpoint {endpoint.pk}: a test is on its way."]
    assert deliveries(endpoint) == [("webhook.test", "pending", 0)]


def test_no_page_shows_a_secret(operator: Operator, endpoint: WebhookEndpoint) -> None:
    for page in (ENDPOINTS, f"{ENDPOINTS}{endpoint.pk}/change/", f"{ENDPOINTS}{endpoint.pk}/history/"):
        text = operator.page(page)
        assert endpoint.url in text or "history" in page
        assert endpoint.secret.removeprefix("whsec_")[:8] not in text


def test_who_may_only_look_acts_on_nothing(web: QuietWeb, endpoint: WebhookEndpoint) -> None:
    onlooker = new_operator(web.url, "view_webhookendpoint", "view_webhookdelivery")
    assert endpoint.url in onlooker.page(ENDPOINTS)
    fields = {"action": "disable", "_selected_action": str(endpoint.pk)}
    onlooker.post_bare(ENDPOINTS, csrfmiddlewaretoken=onlooker.cookies["mediadock_admin_csrf"], **fields)
    assert WebhookEndpoint.objects.get(pk=endpoint.pk).disabled_at is None
    assert onlooker.get(f"{ENDPOINTS}add/").status == 403
    assert new_operator(web.url).get(DELIVERIES).status == 403
