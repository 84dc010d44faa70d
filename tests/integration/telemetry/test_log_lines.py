"""What running servers log: objects that can be searched for an asset or a request, and no secret."""

from __future__ import annotations

import json
import logging
import re

import pytest

from mediadock.telemetry.logs import JsonFormatter
from stack.client import call
from stack.logs import HonestLog, secrets_in
from stack.observed import Journey, ObservedServer
from stack.waiting import eventually

SECRET = "GeHeIm0123456789abcdef"
SIGNED = "https://store/media/k?X-Amz-Signature=" + "0123456789abcdef" * 4


def test_every_line_of_ours_is_an_object_with_its_time_level_and_logger(journey: Journey) -> None:
    for program in ("web", "worker"):
        lines = journey.server.lines(program)
        assert lines
        assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)


def test_an_asset_can_be_followed_through_the_processes(journey: Journey) -> None:
    def events(program: str) -> list[tuple[str, str | None]]:
        mine = (one for one in journey.server.lines(program) if one.get("asset_id") == journey.ready.asset_id)
        return [(one["event"], one.get("state")) for one in mine if "event" in one]

    eventually(lambda: ("job_ended", None) in events("worker"))
    assert events("web") == [("asset_moved", "uploaded")]
    assert events("worker") == [("job_began", None), ("asset_moved", "ready"), ("job_ended", None)]


def test_the_lines_of_an_asset_name_its_trace(journey: Journey) -> None:
    eventually(lambda: "ready" in journey.server.collector.of_asset(journey.ready.asset_id))
    trace = journey.server.collector.of_asset(journey.ready.asset_id)["ready"].trace_id
    lines = [line for line in journey.server.lines("worker") if line.get("asset_id") == journey.ready.asset_id]
    assert {line["trace_id"] for line in lines} == {trace}


def test_a_request_keeps_the_id_that_it_came_with(observed: ObservedServer) -> None:
    answer = call("GET", observed.url + "/healthz", headers={"X-Request-Id": "checkout-7f3a"})
    assert answer.headers["x-request-id"] == "checkout-7f3a"


@pytest.mark.parametrize("given", ["", "short", "a b c d e f g h", "x" * 65, '"quoted-quoted"'])
def test_an_id_that_could_not_stand_in_a_log_gives_way_to_one_of_ours(observed: ObservedServer, given: str) -> None:
    named = call("GET", observed.url + "/healthz", headers={"X-Request-Id": given}).headers["x-request-id"]
    assert named != given
    assert re.fullmatch(r"[0-9a-f]{16}-[0-9]+", named)


def test_no_server_has_logged_a_secret(journey: Journey) -> None:
    assert journey.sender.post("/auth/ws-ticket").status == 200
    assert secrets_in(journey.server.embedded) == []


def test_a_secret_in_a_log_would_be_found(observed: ObservedServer) -> None:
    data, credentials = observed.embedded.data, observed.embedded.stack.credentials
    lines = [SIGNED, f"Authorization: Bearer {SECRET}", f"/ws/events/?ticket={SECRET}", credentials.jwt_secret]
    file = data.logs / "of-this-test.log"
    try:
        with file.open("w") as out:
            for line in lines:
                HonestLog(out).line("web", line)
        assert [found.split(":")[1] for found in secrets_in(observed.embedded)] == ["1", "2", "3", "4"]
    finally:
        file.unlink()


def formatted(message: str, *args: object, **extra: object) -> dict[str, object]:
    record = logging.LogRecord("mediadock.test", logging.WARNING, __file__, 1, message, args, None)
    vars(record).update(extra)
    said: dict[str, object] = json.loads(JsonFormatter().format(record))
    return said


def test_an_object_has_no_secret_in_any_of_its_values() -> None:
    said = formatted("GET %s", SIGNED, url=SIGNED, token=SECRET, nested={"password": SECRET}, quoted=f'say "{SIGNED}"')
    text = json.dumps(said)
    assert SECRET not in text
    assert "0123456789abcdef0123" not in text
    assert said["token"] == "[redacted]"


def test_numbers_stay_numbers_and_lines_stay_lines() -> None:
    said = formatted("two\nlines", asset_id=7, seconds=1.5, there=True, nothing=None)
    assert said["message"] == "two\nlines"
    assert (said["asset_id"], said["seconds"], said["there"], said["nothing"]) == (7, 1.5, True, None)
