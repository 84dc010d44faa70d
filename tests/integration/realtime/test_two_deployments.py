"""Two deployments that share a Redis, each with a database of its own there, as with 0 and 1 in their addresses."""

from __future__ import annotations

from integration.realtime.conftest import socket_server
from integration.realtime.realtime_client import Person, frame, opened
from mediadock.uploads.doorbell import send_frame
from stack.client import call
from stack.embedded import Embedded
from stack.waiting import eventually


def test_nobody_is_told_what_happens_at_the_other(stack: Embedded, django_schema: None, person: Person) -> None:
    """Redis tells the subscribers of a channel in all of its databases what is published in one."""
    here = stack.in_process_environment["MEDIADOCK_REDIS_URL"]
    other = here.rpartition("/")[0] + "/7"
    with stack.supervisor() as supervisor, socket_server(stack, supervisor, redis_url=other) as theirs:
        health = f"http://127.0.0.1:{theirs.port}/healthz"
        eventually(lambda: call("GET", health).json()["wakeups"] == "redis")
        with opened(theirs, person, after=0) as socket:
            send_frame([person.user_id], {"type": "chat_message_update", "seq": None, "data": {"asset_id": 501}})
            person.event()  # both share a PostgreSQL here, so that there is something to be told after all
            assert frame(socket)["seq"] == 1
