"""A real Prometheus, with what is shipped for it, scrapes a real server: targets, queries, alerts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest

from mediadock.telemetry.metrics import METRICS
from stack.dashboards import METRIC, family, labels_asked, queries, rules, shown
from stack.deployment import of_kind
from stack.observed import TOKEN, Journey
from stack.prometheus import Prometheus, run_prometheus
from stack.sending import send
from stack.waiting import eventually

SELECTED = re.compile(r"\bmediadock_[a-z_]+(?:\{[^}]*\})?")
SCRAPED_TWICE = "min(count_over_time(mediadock_uploads_total[5m])) >= 2"


@pytest.fixture(scope="module")
def prometheus(journey: Journey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """It has scraped the journey twice, so that there are rates."""
    address = journey.server.url.removeprefix("http://")
    with run_prometheus(tmp_path_factory.mktemp("prometheus") / "own", target=address, token=TOKEN) as running:
        eventually(lambda: running.query(SCRAPED_TWICE) != [], every_s=0.5)
        yield running


def there(prometheus: Prometheus, query: str) -> bool:
    """Whether every series that a query chooses exists; some things have not happened in this journey."""
    return all(prometheus.series(selected) for selected in SELECTED.findall(query))


def test_every_target_is_up(prometheus: Prometheus) -> None:
    targets = prometheus.ask("targets")["activeTargets"]
    assert [(target["labels"]["job"], target["health"], target["lastError"]) for target in targets] == [
        ("mediadock", "up", "")
    ]


def test_all_that_is_asked_for_is_declared_by_what_is_scraped(prometheus: Prometheus) -> None:
    declared = {told["metric"]: told["type"] for told in prometheus.ask("targets/metadata")}
    assert {family(name) for _, query in queries() for name in METRIC.findall(query)} <= declared.keys()
    assert {metric.name: metric.kind for metric in METRICS}.items() <= declared.items()


@pytest.mark.parametrize(("where", "query"), list(shown()))
def test_a_panel_shows_something_where_there_is_something(prometheus: Prometheus, where: str, query: str) -> None:
    asked = query.replace("$__rate_interval", "1m")  # Grafana puts it in
    assert "$" not in asked
    eventually(lambda: bool(prometheus.query(asked)) or not there(prometheus, query), every_s=0.5)


@pytest.mark.parametrize(("where", "query"), list(queries()))
def test_a_query_names_labels_that_the_series_have(prometheus: Prometheus, where: str, query: str) -> None:
    found = [series for name in set(METRIC.findall(query)) for series in prometheus.series(name)]
    if there(prometheus, query):
        assert labels_asked(query) <= {label for series in found for label in series}


def test_the_journey_is_enough_for_most_panels(prometheus: Prometheus) -> None:
    def empty() -> set[str]:
        return {where for where, query in shown() if not there(prometheus, query)}

    # Workers add their counts to the database every five seconds.
    eventually(lambda: empty() <= {"Queued again", "What the sweeper found"}, every_s=0.5)


def test_every_rule_is_evaluated_without_a_complaint(prometheus: Prometheus) -> None:
    def evaluated() -> bool:
        [group] = prometheus.ask("rules")["groups"]
        found = {rule["name"]: (rule["health"], rule.get("lastError", "")) for rule in group["rules"]}
        assert found.keys() == {rule["alert"] for rule in rules()}
        assert {error for _, error in found.values()} == {""}
        return {health for health, _ in found.values()} == {"ok"}

    eventually(evaluated)


def test_workers_can_be_scaled_by_what_the_manifests_ask_for(prometheus: Prometheus) -> None:
    scalers = of_kind("HorizontalPodAutoscaler").values()
    for metric in (metric["external"]["metric"] for scaler in scalers for metric in scaler["spec"]["metrics"]):
        chosen = ",".join(f'{label}="{value}"' for label, value in metric["selector"]["matchLabels"].items())
        [(labels, _)] = prometheus.query(f"max({metric['name']}{{{chosen}}}) by (queue)")
        assert labels == metric["selector"]["matchLabels"]


def test_films_that_nobody_takes_are_an_alert_that_ends_with_them(prometheus: Prometheus, journey: Journey) -> None:
    sender = journey.server.api_as_somebody()
    waiting = send(sender, sender, bytes(1000), name="party.mp4", content_type="video/mp4")  # nobody serves films here
    with psycopg.connect(journey.server.environment["MEDIADOCK_DATABASE_URL"], autocommit=True) as database:
        two_hours_ago = "UPDATE mediadock_asset SET due_at = due_at - interval '2 hours' WHERE id = %s"
        database.execute(two_hours_ago, [waiting.asset_id])  # no test has them
    eventually(lambda: prometheus.fires("MediadockFilmsAreOld"), every_s=0.5)
    [alert] = prometheus.alerts("MediadockFilmsAreOld")
    assert (alert["labels"]["queue"], alert["labels"]["severity"]) == ("video", "ticket")
    assert alert["annotations"]["description"].startswith("The oldest has waited 2h ")
    pended = 'ALERTS{alertname="MediadockFilmsAreOld", alertstate="pending"}'
    assert prometheus.query(f"count_over_time({pended}[5m])"), "it is not told before it has lasted"

    assert sender.delete(f"/assets/{waiting.asset_id}/").status == 204
    eventually(lambda: not prometheus.alerts("MediadockFilmsAreOld"), every_s=0.5)


def test_a_token_that_is_not_ours_any_more_is_an_alert(prometheus: Prometheus) -> None:
    prometheus.token.write_text("of-yesterday")
    eventually(lambda: prometheus.fires("MediadockIsNotScraped"), every_s=0.5)
    [target] = prometheus.ask("targets")["activeTargets"]
    assert (target["health"], target["lastError"]) == ("down", "server returned HTTP status 401 Unauthorized")
    prometheus.token.write_text(TOKEN)
    eventually(lambda: not prometheus.alerts("MediadockIsNotScraped"), every_s=0.5)
