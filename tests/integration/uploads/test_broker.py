"""A worker's channel to a Redis that is lost says so in the broker's own words, which Celery knows to survive."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from kombu import Connection
from kombu.message import Message

from mediadock.uploads.broker import SteadyTransport, outlive_redis


@pytest.fixture
def connection(redis_url: str) -> Iterator[Connection]:
    """The broker, as a worker of this configuration connects to it."""
    outlive_redis()
    with Connection(redis_url) as connection:
        assert isinstance(connection.transport, SteadyTransport)
        yield connection


def a_job_in_hand(connection: Connection) -> Message:
    """A message that was taken and is not yet acknowledged."""
    queue = connection.SimpleQueue(f"jobs-{uuid4().hex}")
    queue.put("asset 42 may have work")
    return queue.get(timeout=60)


def test_what_a_channel_still_says_on_a_lost_connection_is_an_error_of_the_connection(connection: Connection) -> None:
    job = a_job_in_hand(connection)
    connection.transport.client = None  # as kombu leaves it when a channel could not be closed the first time
    with pytest.raises(connection.connection_errors, match="was closed"):
        job.channel.close()
    with pytest.raises(connection.connection_errors, match="was closed"):
        job.ack()


def test_a_job_that_ends_before_is_acknowledged(connection: Connection) -> None:
    job = a_job_in_hand(connection)
    job.ack()
    assert job.acknowledged
