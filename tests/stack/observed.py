"""The application with everything of telemetry turned on: metrics, logs as JSON, traces to a collector of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from media.pictures import photo_like
from mediadock.local.application import application_environment, application_programs, preparation, run_step
from mediadock.local.ports import free_port
from mediadock.local.supervisor import Supervisor
from stack.client import Answer, Api, call
from stack.embedded import APPLICATION, Embedded
from stack.logs import HonestLog
from stack.otlp import Collector, collecting
from stack.sending import Upload, prepare, send
from stack.server import RunningServer

TOKEN = "of-these-tests-0123456789abcdef"
CALLER = "4bf92f3577b34da6a3ce929d0e0e4736"
"""The trace of whoever calls prepare."""


@dataclass(frozen=True)
class ObservedServer(RunningServer):
    """On a database, a bucket and ports of its own."""

    env: dict[str, str]
    log: Path
    collector: Collector

    @property
    def environment(self) -> dict[str, str]:
        return self.env

    def scrape(self, **headers: str) -> Answer:
        """``GET /metrics`` as Prometheus asks."""
        return call("GET", self.url + "/metrics", headers=headers or {"Authorization": f"Bearer {TOKEN}"})

    def lines(self, program: str) -> list[dict[str, Any]]:
        """What a program has logged until now."""
        labelled = (line.split("| ", 1) for line in self.log.read_text().splitlines() if "| {" in line)
        return [json.loads(text) for label, text in labelled if label.strip() == program]


@dataclass(frozen=True)
class Journey:
    """A picture that was sent and shown, one that is none, and one that was given up."""

    server: ObservedServer
    sender: Api
    ready: Upload
    rejected: Upload
    aborted: Upload


def make_a_journey(server: ObservedServer) -> Journey:
    """Through all processes; returns when everything has come to its end."""
    sender, receiver = server.api_as_somebody(), server.api_as_somebody()
    body = photo_like(640, 480)
    declared = {"file_name": "beach.jpg", "file_size": len(body), "content_type": "image/jpeg"}
    headers = {"traceparent": f"00-{CALLER}-00f067aa0ba902b7-01", "X-Request-Id": "request-of-the-journey"}
    fields = {"receiver_id": receiver.user_id, **declared}
    ready = Upload(sender, sender.request("POST", "/chats/upload/prepare/", headers=headers, **fields).json())
    ready.put(body)
    assert ready.complete().status == 202
    rejected = send(sender, receiver, b"MZ" + bytes(2000), name="tool.jpg", content_type="image/jpeg")
    aborted = prepare(sender, receiver, bytes(100), name="no.jpg", content_type="image/jpeg")
    assert sender.post("/chats/upload/abort/", object_key=aborted.object_key).status == 200
    assert ready.settled()["state"] == "ready"
    assert rejected.settled()["state"] == "rejected"
    return Journey(server, sender, ready, rejected, aborted)


@contextmanager
def observed_server(embedded: Embedded) -> Iterator[ObservedServer]:
    """All processes but the one for films."""
    ports = replace(embedded.stack.ports, web=free_port(), socket=free_port())
    log = embedded.data.logs / "observed.log"
    with collecting() as collector:
        env = _environment(embedded, collector, web=ports.web, socket=ports.socket)
        embedded.make_bucket(env["MEDIADOCK_S3_BUCKET"])
        with log.open("a") as out, Supervisor(log=HonestLog(out)) as supervisor:
            run_step(preparation(env), log=HonestLog(out))
            for program in application_programs(env, ports=ports, beat_schedule=embedded.data.root / "observed-beat"):
                if program.name != "films":
                    supervisor.launch(program)
            supervisor.wait_ready()
            yield ObservedServer(embedded, supervisor, env, log, collector)
            supervisor.ask_to_stop(*APPLICATION)


def _environment(embedded: Embedded, collector: Collector, *, web: int, socket: int) -> dict[str, str]:
    ours = embedded.in_process_environment
    return application_environment(ours) | {
        "MEDIADOCK_DATABASE_URL": embedded.make_database("mediadock_observed"),
        "MEDIADOCK_REDIS_URL": ours["MEDIADOCK_REDIS_URL"].removesuffix("/1") + "/2",
        "MEDIADOCK_S3_BUCKET": "observed",
        "MEDIADOCK_PUBLIC_URL": f"http://127.0.0.1:{web}",
        "MEDIADOCK_WS_URL": f"ws://127.0.0.1:{socket}/ws/events/",
        "MEDIADOCK_METRICS_TOKEN": TOKEN,
        "MEDIADOCK_LOG_FORMAT": "json",
        "MEDIADOCK_TRACES": "otlp",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }
