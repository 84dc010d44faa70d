"""When the client tries again, and when it does not."""

from __future__ import annotations

import threading
import time

import pytest

from mediadock.client import Client, Refused, RetryPolicy, ServerBusy, Stopped, Unreachable
from mediadock.client.errors import ClientError
from mediadock.client.retry import pause, with_retries
from stack.waiting import eventually
from unit.client.small_server import SmallServer


@pytest.mark.parametrize(
    ("failed", "chance", "delay_s"), [(1, 0.0, 0.25), (1, 1.0, 0.5), (2, 1.0, 1.0), (3, 1.0, 2.0), (9, 1.0, 20.0)]
)
def test_the_wait_doubles_up_to_a_bound_and_is_spread_over_its_upper_half(failed, chance, delay_s):
    assert RetryPolicy().delay_s(failed, retry_after_s=None, chance=chance) == delay_s


@pytest.mark.parametrize(("asked_s", "delay_s"), [(0.1, 0.5), (7.0, 7.0)])
def test_a_longer_wait_that_the_server_asks_for_wins(asked_s, delay_s):
    assert RetryPolicy().delay_s(1, retry_after_s=asked_s, chance=1.0) == delay_s


@pytest.mark.parametrize(
    ("failed", "asked_s", "gives_up"), [(2, None, False), (3, None, True), (1, 30.0, False), (1, 30.1, True)]
)
def test_three_tries_are_made_unless_the_server_asks_for_more_patience_than_there_is(failed, asked_s, gives_up):
    assert RetryPolicy().gives_up(failed, retry_after_s=asked_s) is gives_up


def test_a_failure_that_will_not_pass_is_not_tried_again():
    calls = []

    def call():
        calls.append(1)
        raise ClientError("final", "No.")

    with pytest.raises(ClientError, match="No"):
        with_retries(call, policy=RetryPolicy())
    assert len(calls) == 1


def test_a_wait_ends_at_once_when_it_is_stopped():
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        pause(3600, stop)
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_three_times_in_all(small: SmallServer, client: Client, status):
    small.fault("GET /api/v1/assets/1/", status=status, times=2)
    small.add(100, {"file_name": "a", "file_size": 1, "content_type": "text/plain"})
    assert client.status(1).file_name == "a"
    assert small.count("GET /api/v1/assets/1/") == 3


def test_a_server_that_stays_busy_is_given_up_with_its_status(small: SmallServer, client: Client):
    small.fault("GET /api/v1/assets/1/", status=503, times=9)
    with pytest.raises(ServerBusy) as failure:
        client.status(1)
    assert (failure.value.status, failure.value.code) == (503, "faulty")
    assert small.count("GET /api/v1/assets/1/") == 3


def test_retry_after_is_honoured(small: SmallServer, client: Client):
    small.add(100, {"file_name": "a", "file_size": 1, "content_type": "text/plain"})
    small.fault("GET /api/v1/assets/1/", status=429, headers={"Retry-After": "1"})
    began = time.monotonic()
    client.status(1)
    assert time.monotonic() - began >= 1


def test_a_server_that_asks_to_wait_a_minute_is_taken_at_its_word(small: SmallServer, client: Client):
    small.fault("GET /api/v1/assets/1/", status=429, code="too_many_pending", headers={"Retry-After": "60"}, times=9)
    with pytest.raises(ServerBusy) as failure:
        client.status(1)
    assert (failure.value.code, failure.value.retry_after_s) == ("too_many_pending", 60)
    assert small.count("GET /api/v1/assets/1/") == 1


def test_a_cut_connection_is_tried_again_on_a_new_one(small: SmallServer, client: Client):
    small.add(100, {"file_name": "a", "file_size": 1, "content_type": "text/plain"})
    small.fault("GET /api/v1/assets/1/", times=2)
    assert client.status(1).asset_id == 1


def test_a_refusal_is_final_and_carries_the_code_of_the_server(small: SmallServer, client: Client):
    small.fault("POST /api/v1/assets/1/retry/", status=422)
    with pytest.raises(Refused):
        client.retry(1)
    assert small.count("POST /api/v1/assets/1/retry/") == 1


def test_nobody_at_the_address_is_a_sentence(tmp_path):
    with (
        Client("http://127.0.0.1:9", "good", retry=RetryPolicy(tries=1), state_folder=tmp_path) as client,
        pytest.raises(Unreachable, match=r"Nothing answers at 127\.0\.0\.1:9"),
    ):
        client.me()


def test_a_repeated_prepare_makes_one_message(small: SmallServer, client: Client, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"hello")
    small.fault("POST /api/v1/chats/upload/prepare/", lose_answer=True)
    client.upload([tmp_path / "a.txt"], receiver_id=2)
    assert small.count("POST /api/v1/chats/upload/prepare/") == 2
    assert len(small.uploads) == 1


def test_a_repeat_waits_while_the_first_try_still_runs(small: SmallServer, client: Client, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"hello")
    small.fault("POST /api/v1/chats/upload/prepare/", status=409, code="idempotency_in_progress", times=2)
    client.upload([tmp_path / "a.txt"], receiver_id=2)
    assert small.uploads[1].state == "uploaded"


def test_an_expired_token_is_renewed_once_and_told(small: SmallServer, tmp_path):
    small.add(100, {"file_name": "a", "file_size": 1, "content_type": "text/plain"})
    told = []
    with Client(small.address, "old", refresh_token="refresh", on_tokens=told.append, state_folder=tmp_path) as client:
        client.status(1)
        client.status(1)
    assert [tokens.access for tokens in told] == ["renewed"]
    assert small.count("POST /api/v1/auth/token/refresh") == 1


def test_many_threads_renew_an_expired_token_once(small: SmallServer, tmp_path):
    small.add(100, {"file_name": "a", "file_size": 1, "content_type": "text/plain"})
    with Client(small.address, "old", refresh_token="refresh", state_folder=tmp_path) as client:
        threads = [threading.Thread(target=client.status, args=(1,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert small.count("POST /api/v1/auth/token/refresh") == 1


def test_a_put_that_meets_its_own_first_try_is_tried_again(small: SmallServer, client: Client, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"hello")
    small.fault("PUT /store/1/0", status=409)
    client.upload([tmp_path / "a.txt"], receiver_id=2)
    assert small.uploads[1].state == "uploaded"


def test_threads_of_the_caller_that_have_ended_leave_no_connection_open(small: SmallServer, client: Client):
    small.add(100, {"file_name": "a", "file_size": 1, "content_type": "text/plain"})
    for _ in range(10):
        thread = threading.Thread(target=client.status, args=(1,))
        thread.start()
        thread.join()
    assert small.connections == 10
    eventually(lambda: small.open_connections == 1, every_s=0.005)  # that of the last, until somebody connects


def test_connections_are_kept_alive(small: SmallServer, client: Client):
    small.add(100, {"file_name": "a", "file_size": 1, "content_type": "text/plain"})
    for _ in range(10):
        client.status(1)
    assert small.connections == 1
