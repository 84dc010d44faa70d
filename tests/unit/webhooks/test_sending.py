"""One attempt against receivers that answer well, badly, slowly and never."""

from __future__ import annotations

import time
from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from mediadock.local.ports import free_port
from mediadock.webhooks.sending import ANSWER_BYTES, Outcome, post
from stack.receiver import Receiver, run_receiver

LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
PATIENCE_S = 30.0
"""Of attempts whose end is not the clock's."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with run_receiver() as these:
        yield these


def sent(url: str, *, timeout_s: float = PATIENCE_S) -> Outcome:
    return post(url, body=b"{}", headers={"webhook-id": "msg_1"}, timeout_s=timeout_s, allowed=LOOPBACK)


def test_any_2xx_is_success(receiver: Receiver) -> None:
    outcome = sent(receiver.url)
    assert (outcome.succeeded, outcome.status, outcome.error) == (True, 204, "")
    [request] = receiver.received
    assert (request.path, request.body, request.headers["webhook-id"]) == ("/hooks", b"{}", "msg_1")


def test_anything_else_is_failure_and_what_was_said_is_kept(receiver: Receiver) -> None:
    receiver.behaviour = "unwell"
    outcome = sent(receiver.url)
    assert (outcome.succeeded, outcome.status, outcome.answer) == (False, 500, "the database is away")


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.behaviour, receiver.elsewhere = "moved", receiver.url + "/elsewhere"
    outcome = sent(receiver.url)
    assert (outcome.succeeded, outcome.status) == (False, 307)
    assert [one.path for one in receiver.received] == ["/hooks"]


def test_gone_is_said(receiver: Receiver) -> None:
    receiver.behaviour = "gone"
    assert sent(receiver.url).is_gone


def test_what_the_receiver_asks_to_wait_is_known(receiver: Receiver) -> None:
    receiver.behaviour = "busy"
    assert sent(receiver.url).retry_after_s == 7


@pytest.mark.parametrize(
    ("header", "asked"),
    [("0", 0), ("86400", 86400), ("99999999", 99999999), ("999999999", None), ("-5", None), ("1e9", None), ("", None)],
)
def test_what_the_receiver_asks_to_wait_is_whole_seconds_or_nothing(
    receiver: Receiver, header: str, asked: float | None
) -> None:
    receiver.behaviour, receiver.retry_after = "busy", header
    assert sent(receiver.url).retry_after_s == asked


@pytest.mark.parametrize("behaviour", ["stalled", "dripping", "continuing"])
def test_one_that_never_ends_its_answer_is_left_when_the_time_is_over(receiver: Receiver, behaviour: str) -> None:
    receiver.behaviour = behaviour
    outcome = sent(receiver.url, timeout_s=0.5)
    assert (outcome.status, outcome.error) == (None, "no answer within 0.5 s")
    assert outcome.duration_ms >= 450


@pytest.mark.parametrize("behaviour", ["endless", "silent_after_the_status", "drips_after_the_status"])
def test_the_status_decides_whatever_follows_it(receiver: Receiver, behaviour: str) -> None:
    receiver.behaviour = behaviour
    outcome = sent(receiver.url)
    assert outcome.succeeded
    assert len(outcome.answer) <= ANSWER_BYTES
    assert outcome.duration_ms < PATIENCE_S * 1000, "what follows is waited for a second, whatever trickles in"


def test_what_is_no_http_is_failure(receiver: Receiver) -> None:
    receiver.behaviour = "mumbling"
    outcome = sent(receiver.url)
    assert (outcome.status, outcome.error.partition(":")[0]) == (None, "BadStatusLine")


def test_a_thousand_headers_are_failure(receiver: Receiver) -> None:
    receiver.behaviour = "chatting"
    outcome = sent(receiver.url)
    assert (outcome.status, outcome.error) == (None, "HTTPException: got more than 100 headers")


def test_what_a_receiver_curses_is_kept_as_one_harmless_line(receiver: Receiver) -> None:
    receiver.behaviour = "cursing"
    outcome = sent(receiver.url)
    assert outcome.error == "BadStatusLine: ??]0;owned? ? is no status??"


def test_nobody_there_is_failure() -> None:
    assert sent(f"http://127.0.0.1:{free_port()}/").error.startswith("ConnectionRefusedError")


def test_a_name_that_does_not_resolve_is_failure() -> None:
    too_long = "a." * 130 + "a"  # no server of names is asked for this one
    assert sent(f"https://{too_long}/").error.startswith("gaierror")


def test_one_that_speaks_no_tls_is_left_when_the_time_is_over(receiver: Receiver) -> None:
    began = time.monotonic()
    outcome = sent(receiver.url.replace("http:", "https:"), timeout_s=2)
    assert outcome.status is None
    assert receiver.received == []
    assert time.monotonic() - began < PATIENCE_S


def test_what_is_not_allowed_is_not_asked(receiver: Receiver) -> None:
    outcome = post(receiver.url, body=b"{}", headers={}, timeout_s=PATIENCE_S, allowed=[])
    assert "not public" in outcome.error
    assert receiver.received == []
