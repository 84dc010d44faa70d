"""docs/howto/webhooks.md says what is told: types, fields and delays."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from docs.pages import blocks, page, rows
from mediadock.uploads.milestones import ASSET_DELETED, OF_ASSETS, described
from mediadock.uploads.models import MediaAsset
from mediadock.webhooks.conf import WebhookSettings
from mediadock.webhooks.endpoints import TEST_TYPE

HOWTO = page("howto/webhooks.md")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""Of the published example of Standard Webhooks."""
BODY = '{"type":"asset.ready","data":{"file_name":"Düne.jpg"}}'


def test_every_milestone_is_on_the_page() -> None:
    told = {row[0] for row in rows(HOWTO, under="What is told")}
    assert told == {*OF_ASSETS.values(), ASSET_DELETED, TEST_TYPE, "message.sent", "post.published"}


def test_the_document_on_the_page_has_the_fields_of_the_code() -> None:
    [shown] = [json.loads(block.text) for block in blocks(HOWTO) if block.language == "json"]
    now = timezone.now()
    assert shown["data"].keys() == described(MediaAsset(created_at=now, updated_at=now)).keys()


def test_the_delays_on_the_page_are_those_of_the_code() -> None:
    assert WebhookSettings().retry_delays_s == (5, 30, 120, 600, 3600, 7200, 14400, 28800, 28800)
    assert "after 5 s, 30 s, 2 min, 10 min, 1 h, 2 h, 4 h, 8 h and 8 h" in HOWTO.read_text()


@pytest.fixture
def is_genuine() -> Callable[[HttpRequest], bool]:
    """The receiver's judgement as the page has it, without its view and its tables."""
    [shown] = [block.text for block in blocks(HOWTO) if "def is_genuine" in block.text]
    judgement = "def is_genuine" + shown.partition("def is_genuine")[2]
    names = {"KEY": base64.b64decode(SECRET.removeprefix("whsec_")), "HttpRequest": HttpRequest}
    exec("import base64, hashlib, hmac, time\n" + judgement, names)
    found: Callable[[HttpRequest], bool] = names["is_genuine"]  # type: ignore[assignment]
    return found


def signed(*secrets: str, body: str = BODY, key: str = "msg_1", age_s: float = 0) -> dict[str, str]:
    """Headers by the reference library, as a sender of somebody else's would make them."""
    sent_at = datetime.now(UTC) - timedelta(seconds=age_s)
    signatures = " ".join(Webhook(secret).sign(key, sent_at, body) for secret in secrets)
    return {"webhook-id": key, "webhook-timestamp": str(int(sent_at.timestamp())), "webhook-signature": signatures}


def arrived(headers: dict[str, str], *, body: str = BODY) -> HttpRequest:
    return RequestFactory().post("/hooks", body.encode(), content_type="application/json", headers=headers)


@pytest.mark.parametrize("secrets", [(SECRET,), ("whsec_" + "A" * 32, SECRET), (SECRET, "whsec_" + "A" * 32)])
def test_the_receiver_on_the_page_believes_what_the_reference_library_signs(
    is_genuine: Callable[[HttpRequest], bool], secrets: tuple[str, ...]
) -> None:
    request = arrived(signed(*secrets))
    assert is_genuine(request)
    assert Webhook(SECRET).verify(request.body, request.headers)["type"] == "asset.ready", "as the page says, too"


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({}, BODY + " "),
        ({"webhook-id": "msg_2"}, BODY),
        ({"webhook-timestamp": "1614265330"}, BODY),
        ({"webhook-timestamp": "soon"}, BODY),
        ({"webhook-signature": "v1,"}, BODY),
        ({"webhook-signature": "v1,§"}, BODY),
        (signed("whsec_" + "A" * 32), BODY),
        (signed(SECRET, age_s=3600), BODY),
        (signed(SECRET, age_s=-(10**8)), BODY),
    ],
)
def test_the_receiver_on_the_page_believes_nothing_that_the_reference_library_does_not(
    is_genuine: Callable[[HttpRequest], bool], changed: dict[str, str], body: str
) -> None:
    request = arrived(signed(SECRET) | changed, body=body)
    assert not is_genuine(request)
    with pytest.raises((WebhookVerificationError, ValueError)):
        Webhook(SECRET).verify(request.body, request.headers)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_the_receiver_on_the_page_believes_nothing_that_lacks_a_header(
    is_genuine: Callable[[HttpRequest], bool], missing: str
) -> None:
    assert not is_genuine(arrived({name: value for name, value in signed(SECRET).items() if name != missing}))
