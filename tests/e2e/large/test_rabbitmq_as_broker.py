"""Celery over RabbitMQ: it is killed and started again under load, and nothing is lost."""

from __future__ import annotations

import pytest

from faults.oracle import assert_done_once, assert_no_gaps
from faults.pictures import quick_jpeg
from stack.client import Api
from stack.large import LargeServer
from stack.sending import Upload, send
from stack.waiting import eventually

JOBS = 12


def send_pictures(sender: Api, receiver: Api) -> list[Upload]:
    return [
        send(sender, receiver, quick_jpeg(), name=f"{number}.jpg", content_type="image/jpeg") for number in range(JOBS)
    ]


def restart(server: LargeServer) -> None:
    server.kill("rabbitmq")
    server.start("rabbitmq")


@pytest.mark.slow
def test_a_picture_is_processed_and_every_queue_is_read(server: LargeServer, sender: Api, receiver: Api) -> None:
    upload = send(sender, receiver, quick_jpeg(), name="one.jpg", content_type="image/jpeg")
    assert upload.settled()["state"] == "ready"
    eventually(
        lambda: server.ask_database("SELECT count(*) FROM mediadock_heartbeat WHERE name LIKE 'queue:%%'") == (4,)
    )


@pytest.mark.slow
def test_what_the_relay_has_told_is_still_told_after_the_broker_was_killed(
    server: LargeServer, sender: Api, receiver: Api
) -> None:
    server.stop("worker")
    uploads = send_pictures(sender, receiver)
    outbox_is_empty = "SELECT count(*) FROM mediadock_outbox WHERE topic = 'process'"
    eventually(lambda: server.ask_database(outbox_is_empty) == (0,))
    told = server.rabbitmq.waiting("image")
    assert told >= JOBS, "a row leaves the outbox when the broker has confirmed its message"
    restart(server)
    assert server.rabbitmq.waiting("image") >= told

    server.start("worker")
    for upload in uploads:
        upload.settled(within_s=90.0)
    assert_done_once(uploads, sender, receiver)
    assert_no_gaps(sender, receiver)


@pytest.mark.slow
def test_a_broker_that_is_killed_while_workers_run_delays_and_loses_nothing(
    server: LargeServer, sender: Api, receiver: Api
) -> None:
    uploads = send_pictures(sender, receiver)
    server.kill("rabbitmq")
    uploads += send_pictures(sender, receiver)
    server.start("rabbitmq")
    for upload in uploads:
        upload.settled(within_s=120.0)
    assert_done_once(uploads, sender, receiver)
    assert_no_gaps(sender, receiver)
