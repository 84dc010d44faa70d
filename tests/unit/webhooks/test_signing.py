"""Signatures, held against the verifier of Standard Webhooks."""

from __future__ import annotations

import base64
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from mediadock.webhooks.signing import key_of, new_secret, sign, signed_headers

BODY = '{"type":"asset.ready","data":{"file_name":"Düne.jpg"}}'.encode()


def headers(*secrets: str, body: bytes = BODY, sent_at: float | None = None) -> dict[str, str]:
    timestamp = int(time.time() if sent_at is None else sent_at)
    return dict(signed_headers(secrets, message_id="msg_1", timestamp=timestamp, body=body))


def test_a_known_request_has_its_known_signature() -> None:
    signature = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_we_sign_is_believed_by_somebody_elses_verifier() -> None:
    secret = new_secret()
    assert Webhook(secret).verify(BODY, headers(secret))["type"] == "asset.ready"


def test_while_a_secret_is_replaced_either_is_believed() -> None:
    new, old = new_secret(), new_secret()
    for secret in (new, old):
        Webhook(secret).verify(BODY, headers(new, old))


@pytest.mark.parametrize("wrong", ["another body", "another secret", "another id", "another time"])
def test_anything_else_is_not(wrong: str) -> None:
    secret = new_secret()
    signed, body = headers(secret), BODY
    if wrong == "another body":
        body += b" "
    elif wrong == "another secret":
        secret = new_secret()
    elif wrong == "another id":
        signed["webhook-id"] = "msg_2"
    else:
        signed["webhook-timestamp"] = str(int(signed["webhook-timestamp"]) - 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, signed)


def test_an_old_request_is_refused_by_its_time() -> None:
    secret = new_secret()
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(secret).verify(BODY, headers(secret, sent_at=time.time() - 600))


@pytest.mark.parametrize(("size", "fits"), [(23, False), (24, True), (64, True), (65, False)])
def test_a_secret_has_the_length_that_the_specification_asks_for(size: int, fits: bool) -> None:
    secret = "whsec_" + base64.b64encode(bytes(size)).decode()
    if fits:
        assert key_of(secret) == bytes(size)
    else:
        with pytest.raises(ValueError, match="24 to 64"):
            key_of(secret)


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_§", "whsec_AbCdEfGh", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
def test_what_is_no_secret_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(ValueError, match="a secret is whsec_") as refused:
        key_of(text)
    shown = text.removeprefix("whsec_")
    assert not shown or shown not in str(refused.value)


def test_no_two_secrets_are_the_same() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
