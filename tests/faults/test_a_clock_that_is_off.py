"""A program whose clock is ten minutes off: leases and ends of uploads go by the database's clock, whoever looks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from faults.gates import FIRST_PICTURE, gate
from faults.oracle import assert_done_once, assert_ledger_settled, assert_no_gaps, assert_published_once
from faults.pictures import quick_jpeg
from mediadock.auth.jwt import Signer, TokenSettings, issue
from mediadock.auth.keys import FixedKeys, secret_key
from stack.breakable import BreakableServer
from stack.client import Api
from stack.clocks import clock_off_by
from stack.sending import Upload, prepare, send
from stack.waiting import eventually

TEN_MINUTES_S = 600
LESS_S = "300"
"""Of a lease, and of an unfinished upload: over by a clock that is ten minutes fast, and by no other."""


@pytest.fixture
def short_lived(server: BreakableServer) -> Iterator[None]:
    """Uploads that nobody finishes end after a few minutes."""
    server.stop("web")
    server.start("web", PENDING_TTL=LESS_S)
    yield
    server.stop("web")
    server.start("web")


@pytest.mark.slow
@pytest.mark.usefixtures("short_lived")
@pytest.mark.parametrize("shift_s", [TEN_MINUTES_S, -TEN_MINUTES_S], ids=["fast", "slow"])
def test_a_worker_and_sweeper_whose_clock_is_off_takes_nobodys_lease_ends_no_upload_and_works(
    shift_s: int, server: BreakableServer, sender: Api, receiver: Api, tmp_path: Path
) -> None:
    unfinished = prepare(sender, receiver, quick_jpeg(), name="later.jpg", content_type="image/jpeg")
    with gate(server, FIRST_PICTURE) as shut:
        server.start("worker", LEASE=LESS_S)  # it reads no queue of the sweeper's
        held = send_picture(sender, receiver)
        shut.wait_until_reached()
        lease = lease_of(server, held)

        server.start_worker("off", environment=clock_off_by(shift_s, folder=tmp_path / "hook"))
        wait_for_a_round(server)
        assert lease_of(server, held) == lease
        assert unfinished.asset()["state"] == "pending"
        shut.open()
        held.settled()
    server.stop("worker")
    by_the_other = send_picture(sender, receiver)
    by_the_other.settled()

    assert_done_once([held, by_the_other], sender, receiver)
    assert_published_once(server, [held, by_the_other])
    unfinished.put(quick_jpeg())
    assert unfinished.complete().status == 202
    assert unfinished.settled()["state"] == "ready"
    assert_ledger_settled(server, sender, used_bytes=3 * len(quick_jpeg()))
    assert_no_gaps(sender, receiver)


@pytest.mark.slow
@pytest.mark.parametrize("shift_s", [TEN_MINUTES_S, -TEN_MINUTES_S], ids=["fast", "slow"])
def test_what_a_web_process_whose_clock_is_off_prepares_arrives_or_is_refused_and_ends_in_its_time(
    shift_s: int, server: BreakableServer, sender: Api, receiver: Api, tmp_path: Path
) -> None:
    began = time.time()
    its_time = replace(sender, token=token_of(server, sender, now=began + shift_s))
    server.stop("web")
    server.start("web", environment=clock_off_by(shift_s, folder=tmp_path / "hook"))
    try:
        upload = prepare(its_time, receiver, quick_jpeg(), name="a.jpg", content_type="image/jpeg")
        left_s = server.ask_database(_LEFT_S, upload.asset_id)[0]
        server.manage("sweep")
        assert upload.asset()["state"] == "pending"
        answer = upload.put_direct(quick_jpeg())
        assert answer.status in {200, 403}, answer.body
        completed = upload.complete()
        print(f"measured: the store answered {answer.status}, complete {completed.status}")
        assert completed.status == (202 if answer.status == 200 else 409), completed.body
    finally:
        server.stop("web")
        server.start("web")

    assert signed_at(upload) == pytest.approx(began + shift_s, abs=240.0), "its clock is off indeed"
    assert left_s == pytest.approx(24 * 3600, abs=120.0)


_LEFT_S = "SELECT extract(epoch FROM expires_at - now())::float FROM mediadock_asset WHERE id = %s"


def send_picture(sender: Api, receiver: Api) -> Upload:
    return send(sender, receiver, quick_jpeg(), name="a.jpg", content_type="image/jpeg")


def lease_of(server: BreakableServer, upload: Upload) -> tuple[object, ...]:
    """Whose it is, and for which attempt."""
    return server.ask_database("SELECT state, lease_token, attempt FROM mediadock_asset WHERE id = %s", upload.asset_id)


def wait_for_a_round(server: BreakableServer) -> None:
    """Until the sweeper has gone round once more."""
    last = "SELECT coalesce(max(beaten_at), 'epoch') FROM mediadock_heartbeat WHERE name = 'sweep'"
    before = server.ask_database(last)
    eventually(lambda: server.ask_database(last) != before)


def signed_at(upload: Upload) -> float:
    """When its address was signed, by the clock of whoever signed it."""
    [date] = parse_qs(urlsplit(upload.grant["put_url"]).query)["X-Amz-Date"]
    return datetime.strptime(date, "%Y%m%dT%H%M%S%z").timestamp()


def token_of(server: BreakableServer, user: Api, *, now: float) -> str:
    """A token that was issued at that time."""
    assert user.user_id is not None
    secret = server.embedded.stack.credentials.jwt_secret
    settings = TokenSettings(("HS256",), FixedKeys({None: secret_key(secret)}), signer=Signer(secret))
    return issue(settings, user_id=user.user_id, now=now)
