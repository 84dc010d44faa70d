"""The fixture that other tests stand on: the whole application, reached by its public doors."""

from __future__ import annotations

import psycopg

from mediadock.storage.s3 import ObjectStore
from stack.client import call
from stack.embedded import Embedded
from stack.server import RunningServer
from stack.waiting import eventually


def test_it_is_alive_and_ready(running_server: RunningServer) -> None:
    assert call("GET", running_server.url + "/healthz").status == 200
    ready = call("GET", running_server.url + "/readyz")
    assert ready.status == 200, ready.body


def test_users_are_told_apart(running_server: RunningServer) -> None:
    somebody, somebody_else = running_server.api_as_somebody(), running_server.api_as_somebody()
    assert somebody.get("/users/me").json()["username"] == somebody.username
    assert somebody.user_id != somebody_else.user_id
    assert running_server.anonymous().get("/users/me").status == 401


def test_an_object_that_arrives_is_told_to_the_server(running_server: RunningServer, stack: Embedded) -> None:
    sender, receiver = running_server.api_as_somebody(), running_server.api_as_somebody()
    body = b"a plain text\n" * 100
    prepared = sender.post(
        "/chats/upload/prepare/",
        receiver_id=receiver.user_id,
        file_name="note.txt",
        file_size=len(body),
        content_type="text/plain",
    )
    assert prepared.status == 201, prepared.body
    answer = prepared.json()
    assert call("PUT", answer["put_url"], body=body, headers=answer["headers"]).status == 200
    # Nobody completes it: the event of the store, or the sweeper after it, does.
    eventually(lambda: _stage(sender.get("/events/?after=0").json()) == "done")
    store = ObjectStore(stack.stack.seaweedfs.config("media"))
    eventually(lambda: list(store.list_objects(answer["object_key"])) == [])
    store.close()


def test_every_queue_has_a_heartbeat_and_so_has_the_sweeper(stack: Embedded, running_server: RunningServer) -> None:
    expected = {"sweep", *(f"queue:{name}" for name in ("image", "video", "audio", "file", "default"))}
    with psycopg.connect(stack.stack.postgres.url, autocommit=True) as database:
        begun = database.execute("SELECT clock_timestamp()").fetchone()
        asked = "SELECT name FROM mediadock_heartbeat WHERE beaten_at > %s"
        eventually(lambda: expected <= {name for (name,) in database.execute(asked, begun)})


def test_no_presigned_url_and_no_secret_is_in_the_logs(running_server: RunningServer, stack: Embedded) -> None:
    credentials = stack.stack.credentials
    logs = "".join(file.read_text(errors="replace") for file in stack.data.logs.glob("*.log"))
    for secret in (credentials.s3_secret_key, credentials.jwt_secret, credentials.postgres_password):
        assert secret not in logs
    assert "X-Amz-Signature=" not in logs.replace("X-Amz-Signature=[redacted]", "")


def _stage(events: dict[str, list[dict[str, dict[str, str]]]]) -> str | None:
    return events["items"][-1]["data"].get("stage") if events["items"] else None
