"""``/metrics`` of a real server after a real journey: the figures of all its processes."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mediadock.telemetry.metrics import METRICS
from stack.aged import old_stream
from stack.client import call
from stack.observed import TOKEN, Journey, ObservedServer
from stack.sockets import socket_of
from stack.waiting import eventually

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def figures(server: ObservedServer) -> Figures:
    answer = server.scrape()
    assert answer.status == 200
    families = text_string_to_metric_families(answer.body.decode())
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def value(server: ObservedServer, name: str, **labels: str) -> float:
    return figures(server).get((name, frozenset(labels.items())), 0.0)


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("mediadock_uploads_total", {"mode": "direct", "outcome": "ready", "profile": "chat"}),
        ("mediadock_uploads_total", {"mode": "direct", "outcome": "rejected", "profile": "chat"}),
        ("mediadock_uploads_total", {"mode": "direct", "outcome": "aborted", "profile": "chat"}),
        ("mediadock_attempts_total", {"queue": "image"}),
        ("mediadock_presigned_urls_total", {"operation": "put"}),
        ("mediadock_outbox_carried_total", {"topic": "process", "outcome": "done"}),
        (
            "mediadock_http_requests_total",
            {"method": "POST", "route": "/api/v1/chats/upload/complete/", "status": "202"},
        ),
        ("mediadock_stage_duration_seconds_count", {"stage": "prepare", "kind": "image"}),
        ("mediadock_stage_duration_seconds_count", {"stage": "complete", "kind": "image"}),
        ("mediadock_stage_duration_seconds_count", {"stage": "wait", "kind": "image"}),
        ("mediadock_stage_duration_seconds_count", {"stage": "verify", "kind": "image"}),
        ("mediadock_stage_duration_seconds_count", {"stage": "download", "kind": "image"}),
        ("mediadock_stage_duration_seconds_count", {"stage": "decode", "kind": "image"}),
        ("mediadock_stage_duration_seconds_count", {"stage": "publish", "kind": "image"}),
        ("mediadock_stage_duration_seconds_count", {"stage": "job", "kind": "image"}),
    ],
)
def test_what_any_process_counted_is_seen_at_the_web_process(
    journey: Journey, name: str, labels: dict[str, str]
) -> None:
    eventually(lambda: value(journey.server, name, **labels) >= 1, every_s=0.5)


def test_a_refusal_is_counted_with_its_reason(journey: Journey) -> None:
    code = journey.rejected.asset()["error"]["code"]
    eventually(lambda: value(journey.server, "mediadock_failures_total", state="rejected", code=code) >= 1, every_s=0.5)


def test_bytes_are_counted_once_they_are_in_the_store(journey: Journey) -> None:
    arrived = journey.ready.asset()["size"] + journey.rejected.asset()["size"]
    counted = {"mode": "direct", "profile": "chat"}
    eventually(lambda: value(journey.server, "mediadock_uploaded_bytes_total", **counted) == arrived, every_s=0.5)


def test_a_histogram_holds_every_observation_once_in_buckets_that_rise(journey: Journey) -> None:
    name, labels = "mediadock_stage_duration_seconds", {"stage": "prepare", "kind": "image"}
    eventually(lambda: value(journey.server, f"{name}_count", **labels) == 3, every_s=0.5)
    all_of_them = figures(journey.server)
    counts = [
        found for (metric, at), found in all_of_them.items() if metric == f"{name}_bucket" and at > set(labels.items())
    ]
    assert counts == sorted(counts)
    assert counts[-1] == 3
    assert 0 < all_of_them[f"{name}_sum", frozenset(labels.items())] < 3 * 120


def test_events_that_are_pruned_are_counted(observed: ObservedServer) -> None:
    old_stream(observed.env["MEDIADOCK_DATABASE_URL"], 6_000_000, length=12)
    observed.manage("sweep", "--events", "--delete")
    eventually(lambda: value(observed, "mediadock_swept_total", finding="pruned_event") == 11, every_s=0.5)


def test_sockets_are_counted_while_they_are_open(journey: Journey) -> None:
    with socket_of(journey.server, journey.sender):
        eventually(lambda: value(journey.server, "mediadock_sockets") == 1, every_s=0.5)
    eventually(lambda: value(journey.server, "mediadock_sockets") == 0, every_s=0.5)


def test_every_queue_has_an_age_even_when_nothing_waits(journey: Journey) -> None:
    found = figures(journey.server)
    ages = {
        queue: found["mediadock_queue_age_seconds", frozenset({("queue", queue)})]
        for queue in ("image", "audio", "file")
    }
    assert ages == {"image": 0, "audio": 0, "file": 0}


def test_the_age_of_a_queue_is_that_of_its_oldest_asset(journey: Journey) -> None:
    sender = journey.sender
    film = journey.server.api_as_somebody()
    body = bytes(1000)  # nobody serves films here
    declared = {"file_name": "party.mp4", "file_size": len(body), "content_type": "video/mp4"}
    grant = sender.post("/chats/upload/prepare/", receiver_id=film.user_id, **declared).json()
    assert call("PUT", grant["put_url"], body=body, headers=grant["headers"]).status == 200
    assert sender.post("/chats/upload/complete/", object_key=grant["object_key"]).status == 202
    eventually(lambda: value(journey.server, "mediadock_queue_age_seconds", queue="video") > 1, every_s=0.5)
    assert value(journey.server, "mediadock_queue_waiting", queue="video") == 1
    assert value(journey.server, "mediadock_assets", state="uploaded") == 1


def test_every_metric_that_is_declared_is_exported_with_its_help(journey: Journey) -> None:
    text = journey.server.scrape().body.decode()
    missing = [metric.name for metric in METRICS if f"# HELP {metric.name} {metric.meaning}" not in text]
    assert missing == []


def test_no_label_names_a_user_a_key_or_a_file(journey: Journey) -> None:
    text = journey.server.scrape().body.decode()
    ids = {journey.ready.asset_id, journey.rejected.asset_id}
    assert "beach" not in text
    assert "incoming/" not in text
    assert str(journey.sender.username) not in text
    labels = {label for _name, at in figures(journey.server) for _label, label in at}
    assert not labels & {str(one) for one in ids}
    assert not {label for label in labels if "/" in label and any(part.isdigit() for part in label.split("/"))}


def test_an_unknown_address_is_one_route_whatever_it_is_called(journey: Journey) -> None:
    for name in ("one", "two"):
        assert call("GET", f"{journey.server.url}/nothing/{name}").status == 404
    eventually(
        lambda: value(journey.server, "mediadock_http_requests_total", method="GET", route="none", status="404") >= 2,
        every_s=0.5,
    )


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ü"])
def test_metrics_are_for_who_has_the_token(observed: ObservedServer, authorization: str) -> None:
    answer = observed.scrape(Authorization=authorization, Accept="text/plain")
    assert answer.status == 401
    assert b"mediadock" not in answer.body
