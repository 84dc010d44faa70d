"""compose.yaml, run without an engine: a picture goes all the way, and every health check says what is true."""

from __future__ import annotations

import pytest

from faults.pictures import quick_jpeg
from stack.client import call
from stack.composed import Composed
from stack.deployment import compose
from stack.doctor import ask_doctor
from stack.sending import prepare, send
from stack.services import INSIDE
from stack.sockets import frame, socket_of
from stack.waiting import eventually

PROBED = [name for name, service in compose()["services"].items() if "test" in service["healthcheck"]]
BY_ADDRESS = ("web", "nginx", "redis")
"""Some of those whose health check asks at their port, so that it is red at once."""


@pytest.mark.slow  # whoever comes first waits for all services
def test_a_picture_comes_by_the_proxy_and_the_socket_tells_of_its_end(containers: Composed) -> None:
    sender, receiver = containers.api_as_somebody(), containers.api_as_somebody()
    assert containers.url.startswith("http://localhost:")
    with socket_of(containers, receiver) as socket:
        upload = send(sender, receiver, quick_jpeg(), name="beach.jpg", content_type="image/jpeg")
        told = frame(socket)
        while told["data"].get("stage") != "done":
            told = frame(socket, within_s=60.0)
    assert told["data"]["asset_id"] == upload.asset_id
    asset = upload.settled()
    assert asset["state"] == "ready", asset["error"]
    for variant in asset["variants"].values():
        assert variant["url"].startswith(containers.environment["MEDIADOCK_S3_PUBLIC_ENDPOINT"])
        assert call("GET", variant["url"]).status == 200
    eventually(lambda: upload.object_key not in containers.keys("incoming/"))


@pytest.mark.slow
def test_the_store_tells_of_what_nobody_completes(containers: Composed) -> None:
    sender = containers.api_as_somebody()
    upload = prepare(sender, sender, quick_jpeg(), name="beach.jpg", content_type="image/jpeg")
    upload.put(quick_jpeg())
    # The sweeper would look after a minute.
    asset = upload.settled(within_s=45.0)
    assert asset["state"] == "ready", asset["error"]


def test_the_store_calls_the_web_process_by_a_name_that_it_answers_to(containers: Composed) -> None:
    told = compose()["services"]["seaweedfs"]["environment"]["WEED_NOTIFICATION_WEBHOOK_ENDPOINT"]
    host, _, path = told.removeprefix("http://").partition("/")
    assert host == f"web:{INSIDE['web']}"
    secret = containers.environment["MEDIADOCK_STORAGE_EVENTS_SECRET"]
    headers = {"Host": host, "Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    url = f"http://127.0.0.1:{containers.place.ports['web']}/{path}"
    assert call("POST", url, body=b"{}", headers=headers).status == 200


@pytest.mark.slow
def test_the_doctor_finds_nothing_to_mend(containers: Composed) -> None:
    diagnosis = ask_doctor(containers.services["relay"].env, credentials=containers.embedded.stack.credentials)
    assert diagnosis.those("fail") | diagnosis.those("skipped") == set(), diagnosis.text
    assert diagnosis.those("warn") <= {"sandbox", "work-folder", "open-files"}, diagnosis.text


@pytest.mark.parametrize("name", BY_ADDRESS)
def test_the_health_check_of_what_is_gone_is_red(name: str, containers: Composed) -> None:
    with containers.without(name):
        assert not containers.is_healthy(name)


@pytest.mark.slow  # beat sends its first heartbeat after a quarter of a minute: the others come before
@pytest.mark.parametrize("name", PROBED)
def test_the_health_check_is_green(name: str, containers: Composed) -> None:
    eventually(lambda: containers.is_healthy(name), within_s=120.0, every_s=1.0)
