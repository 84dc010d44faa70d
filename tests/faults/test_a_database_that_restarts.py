"""PostgreSQL is restarted at once, in the middle of everything: no answer is wrong, nothing is half done, and no file
has to answer for it.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from faults.gates import CLAIMED, FIRST_PICTURE, READY, gate
from faults.oracle import assert_done_once, assert_ledger_settled, assert_no_gaps, assert_published_once
from faults.pictures import quick_jpeg, slow_gif
from faults.wires import Pass, Reset, wires_to
from stack.breakable import BreakableServer
from stack.client import Answer, Api, call
from stack.problems import refused
from stack.sending import Upload, prepare, send
from stack.waiting import eventually

UPLOADS = 50
_LONG = "300"
"""A lease that lapses in no test: who gets an asset back has it from its worker."""

_DUE_AT_ONCE = """
    UPDATE mediadock_asset
       SET due_at = now(), hinted_at = now() - interval '1 day', updated_at = now() - interval '1 day'
     WHERE id = %s RETURNING id
"""


@pytest.mark.slow
def test_completes_during_an_immediate_restart_succeed_or_say_when_to_come_back(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    uploads = [
        prepare(sender, receiver, quick_jpeg(), name=f"{number}.jpg", content_type="image/jpeg")
        for number in range(UPLOADS)
    ]
    for upload in uploads:
        upload.put(quick_jpeg())
    with ThreadPoolExecutor(8) as hands:
        answers = [hands.submit(upload.complete) for upload in uploads]
        time.sleep(0.05)
        server.restart_postgres_at_once()
        statuses = [checked(answer.result()) for answer in answers]
        print(f"measured: {statuses.count(503)} of {UPLOADS} completes were asked to come back")
        kept = [upload.asset()["state"] for upload, status in zip(uploads, statuses, strict=True) if status == 202]
        again = [checked(answer) for answer in hands.map(Upload.complete, uploads)]

    assert set(kept) == {"uploaded"}, "what was answered is not forgotten"
    assert again == [202] * UPLOADS
    server.start_worker("first")
    for upload in uploads:
        upload.settled()
    assert_done_once(uploads, sender, receiver)
    assert_published_once(server, uploads)
    assert_ledger_settled(server, sender, used_bytes=UPLOADS * len(quick_jpeg()))
    assert_no_gaps(sender, receiver)


@pytest.mark.slow
def test_a_picture_in_the_making_survives_an_immediate_restart(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    server.start_worker("first", LEASE="5")
    upload = send(sender, receiver, slow_gif(), name="dance.gif", content_type="image/gif")
    upload.wait(lambda asset: asset["stage"] == "thumbnail_ready")
    server.restart_postgres_at_once()
    address = f"{sender.base_url.removesuffix('/api/v1')}/m/{upload.asset_id}"
    answer = call("GET", address)  # the pool's dead connections are found by whoever comes first
    refused(answer, answer.status, {404: "media_not_found", 503: "database_unavailable"}[answer.status])

    done = upload.settled()
    assert (done["state"], done["attempt"]) == ("ready", 1)
    assert_published_once(server, [upload])
    assert_no_gaps(sender, receiver)


@pytest.mark.slow
@pytest.mark.parametrize("moment", [FIRST_PICTURE, READY])
def test_a_job_that_writes_while_the_database_restarts_costs_no_attempt(
    moment: str, server: BreakableServer, sender: Api, receiver: Api
) -> None:
    with gate(server, moment) as shut:
        server.start_worker("first", LEASE=_LONG)
        upload = send_picture(sender, receiver)
        shut.wait_until_reached()
        server.restart_postgres_at_once()
        if moment == FIRST_PICTURE:
            wait_until_given_back(server, upload)
        done = settled_after_a_restart(upload)

    assert (done["state"], done["attempt"]) == ("ready", 1), done["error"]
    assert_published_once(server, [upload])
    assert_ledger_settled(server, sender, used_bytes=len(quick_jpeg()))
    assert_no_gaps(sender, receiver)


@pytest.mark.slow
@pytest.mark.parametrize(("moment", "came_through"), [(CLAIMED, "attempt = 1"), (READY, "state = 'ready'")])
def test_what_is_committed_while_its_answer_is_lost_is_neither_done_again_nor_taken_back(
    moment: str, came_through: str, server: BreakableServer, sender: Api, receiver: Api
) -> None:
    postgres = server.embedded.stack.ports.postgres
    with wires_to(postgres) as [wire], gate(server, moment, at_commit=True) as shut:
        by_wire = server.environment["MEDIADOCK_DATABASE_URL"].replace(f":{postgres}", f":{wire.port}")
        server.start_worker("first", environment={"MEDIADOCK_DATABASE_URL": by_wire}, LEASE=_LONG)
        upload = send_picture(sender, receiver)
        shut.wait_until_reached()
        wire.fault = Reset()
        shut.open()
        committed = f"SELECT {came_through} FROM mediadock_asset WHERE id = %s"
        eventually(lambda: server.ask_database(committed, upload.asset_id) == (True,))
        wire.fault = Pass()
        done = upload.settled()
        server.stop("first")  # it has done by then what it does of its own

    assert (done["state"], done["attempt"]) == ("ready", 1), done["error"]
    assert_done_once([upload], sender, receiver)
    assert_published_once(server, [upload])
    assert_no_gaps(sender, receiver)


@pytest.mark.slow
def test_a_job_that_loses_the_database_for_ever_is_given_up_and_can_be_retried(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    upload = send_picture(sender, receiver)
    server.ask_database("UPDATE mediadock_asset SET hints = 20 WHERE id = %s RETURNING id", upload.asset_id)
    with gate(server, FIRST_PICTURE) as shut:
        server.start_worker("first", LEASE=_LONG)
        shut.wait_until_reached()
        server.restart_postgres_at_once()
        done = settled_after_a_restart(upload)

    assert (done["state"], done["error"]["code"]) == ("failed", "database_unavailable")
    assert sender.post(f"/assets/{upload.asset_id}/retry/").status == 202
    eventually(lambda: upload.asset()["state"] == "ready")
    assert_published_once(server, [upload])
    assert_no_gaps(sender, receiver)


@pytest.mark.slow
def test_a_lease_that_lapsed_while_the_database_was_away_is_not_taken_from_its_worker(
    server: BreakableServer, sender: Api, receiver: Api
) -> None:
    with gate(server, FIRST_PICTURE) as shut:
        server.start_worker("first", LEASE=_LONG)
        upload = send_picture(sender, receiver)
        shut.wait_until_reached()
        server.freeze("first")
        try:
            server.restart_postgres_at_once()
            server.ask_database(
                "UPDATE mediadock_asset SET lease_until = now() WHERE id = %s RETURNING id", upload.asset_id
            )
            swept = json.loads(server.manage("sweep", "--json", LEASE=_LONG))["swept"]
        finally:
            server.thaw("first")
        wait_until_given_back(server, upload)
        done = settled_after_a_restart(upload)

    assert swept["requeued"] == 0
    assert (done["state"], done["attempt"]) == ("ready", 1), done["error"]
    assert_published_once(server, [upload])


def send_picture(sender: Api, receiver: Api) -> Upload:
    return send(sender, receiver, quick_jpeg(), name="a.jpg", content_type="image/jpeg")


def wait_until_given_back(server: BreakableServer, upload: Upload) -> None:
    """Until the worker has put the asset back; then its turn has come again."""
    waiting = "SELECT state = 'uploaded' AND attempt = 0 FROM mediadock_asset WHERE id = %s"
    eventually(lambda: server.ask_database(waiting, upload.asset_id) == (True,))
    server.ask_database(_DUE_AT_ONCE, upload.asset_id)


def settled_after_a_restart(upload: Upload) -> dict[str, object]:
    """What became of it; the pool's dead connections are found by whoever comes first."""
    eventually(lambda: upload.sender.get("/users/me").status == 200)
    return upload.settled()


def checked(answer: Answer) -> int:
    """The status, which is 202, or 503 with the moment to come back, as a problem document."""
    assert answer.status in {202, 503}, answer.body
    if answer.status == 503:
        refused(answer, 503, "database_unavailable")
    return answer.status
