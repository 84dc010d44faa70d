"""PostgreSQL is restarted at once, in the middle of everything: no answer is wrong and nothing is half done."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from faults.oracle import assert_done_once, assert_ledger_settled, assert_no_gaps, assert_published_once
from faults.pictures import quick_jpeg, slow_gif
from stack.breakable import BreakableServer
from stack.client import Answer, Api
from stack.problems import refused
from stack.sending import Upload, prepare, send

UPLOADS = 50


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
    upload.sender.get("/users/me")  # the pool's dead connections are found by whoever comes first

    done = upload.settled()
    assert (done["state"], done["attempt"]) == ("ready", 1)
    assert_published_once(server, [upload])
    assert_no_gaps(sender, receiver)


def checked(answer: Answer) -> int:
    """The status, which is 202, or 503 with the moment to come back, as a problem document."""
    assert answer.status in {202, 503}, answer.body
    if answer.status == 503:
        refused(answer, 503, "database_unavailable")
    return answer.status
