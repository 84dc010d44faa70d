"""What the dashboard and the alert rules ask for is what a real server exports, by name and by label."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from mediadock.telemetry.metrics import METRICS
from stack.dashboards import ALERTS, DASHBOARD, GROUPED, METRIC, SELECTOR, family, panels, queries, rules
from stack.observed import Journey

WANTED = (
    "mediadock_uploads_total", "mediadock_uploaded_bytes_total", "mediadock_stage_duration_seconds",
    "mediadock_queue_age_seconds", "mediadock_retries_total", "mediadock_failures_total", "mediadock_swept_total",
    "mediadock_presigned_urls_total", "mediadock_outbox_due", "mediadock_sockets",
)  # fmt: skip


@pytest.mark.parametrize(("where", "query"), list(queries()))
def test_a_query_asks_for_what_a_real_server_exports(journey: Journey, where: str, query: str) -> None:
    exported = set(re.findall(r"^# TYPE (\S+)", journey.server.scrape().body.decode(), re.MULTILINE))
    asked = {family(name) for name in METRIC.findall(query)}
    assert asked
    assert asked <= exported


@pytest.mark.parametrize(("where", "query"), list(queries()))
def test_a_query_names_labels_that_its_metrics_have(where: str, query: str) -> None:
    labels = {metric.name: {*metric.labels, *(["le"] if metric.bounds else [])} for metric in METRICS}
    for name, selector in SELECTOR.findall(query):
        assert set(re.findall(r"(\w+)\s*[=!]", selector)) <= labels[family(name)]
    known = set().union(*(labels[family(name)] for name in METRIC.findall(query)))
    for grouped in GROUPED.findall(query):
        assert {label.strip() for label in grouped.split(",")} <= known


def test_the_dashboard_shows_what_an_operator_looks_for() -> None:
    asked = {
        family(name) for panel in panels() for target in panel["targets"] for name in METRIC.findall(target["expr"])
    }
    assert set(WANTED) <= asked


def test_no_metric_is_exported_that_nobody_looks_at() -> None:
    asked = {family(name) for _where, query in queries() for name in METRIC.findall(query)}
    assert {metric.name for metric in METRICS} - asked == set()


def test_panels_do_not_cover_each_other() -> None:
    places = [panel["gridPos"] for panel in json.loads(DASHBOARD.read_text())["panels"]]
    taken = [
        (x, y) for at in places for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _y in taken) == 23


def test_every_alert_says_what_is_wrong_and_how_bad_it_is() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"].keys() == {"summary", "description"}


def test_prometheus_is_told_where_the_rules_are() -> None:
    configured = yaml.safe_load((ALERTS.parent / "prometheus.yml").read_text())
    assert [Path(name).name for name in configured["rule_files"]] == [ALERTS.name]
    assert configured["scrape_configs"][0]["metrics_path"] == "/metrics"
