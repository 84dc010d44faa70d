"""Every alert fires beyond its bound and after its time, and not before: by Prometheus' own tester, on made series."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from stack.dashboards import ALERTS, rules
from stack.here import cannot_run

Series = Mapping[str, str]
"""Values by series, one a minute: ``121+0x40`` is 121 all the time, ``0+3x40`` three more each minute."""

UPLOADS, REQUESTS = "mediadock_uploads_total", "mediadock_http_requests_total"
NO_JOBS = {'mediadock_jobs{queue="image"}': "0+0x40"}


def age(what: str, label: str, seconds: int) -> dict[str, str]:
    return {f"mediadock_{what}_age_seconds{{{label}}}": f"{seconds}+0x40"}


def counted(metric: str, **a_minute: int) -> dict[str, str]:
    label = "outcome" if metric == UPLOADS else "status"
    return {f'{metric}{{{label}="{value.lstrip("_")}"}}': f"0+{count}x40" for value, count in a_minute.items()}


def swept(finding: str, a_minute: int) -> dict[str, str]:
    return {f'mediadock_swept_total{{finding="{finding}"}}': f"0+{a_minute}x40"}


def prepared(*, within_a_second: int) -> dict[str, str]:
    """Of a hundred a minute, the others take two."""
    counts = {"0.5": 0, "1": within_a_second, "2.5": 100, "+Inf": 100}
    labels = 'method="POST",route="/api/v1/chats/upload/prepare/"'
    name = "mediadock_http_request_duration_seconds_bucket"
    return {f'{name}{{{labels},le="{bound}"}}': f"0+{count}x40" for bound, count in counts.items()}


CASES: list[tuple[str, Series, Series]] = [
    ("MediadockIsNotScraped", NO_JOBS, age("queue", 'queue="image"', 0)),
    ("MediadockQueueIsOld", age("queue", 'queue="image"', 121), age("queue", 'queue="image"', 120)),
    ("MediadockQueueIsOld", age("queue", 'queue="file"', 121), age("queue", 'queue="video"', 1800)),
    ("MediadockFilmsAreOld", age("queue", 'queue="video"', 1801), age("queue", 'queue="video"', 1800)),
    (
        "MediadockQueueHasNoReader",
        age("heartbeat", 'name="queue:image"', 301) | NO_JOBS,
        age("heartbeat", 'name="queue:image"', 300) | NO_JOBS,
    ),
    (
        "MediadockQueueHasNoReader",
        age("heartbeat", 'name="queue:audio"', 301) | NO_JOBS,
        age("heartbeat", 'name="queue:audio"', 301) | {'mediadock_jobs{queue="audio"}': "1+0x40"},
    ),
    ("MediadockSweeperIsSilent", age("heartbeat", 'name="sweep"', 121), age("heartbeat", 'name="sweep"', 120)),
    ("MediadockRelayIsSilent", age("heartbeat", 'name="relay"', 61), age("heartbeat", 'name="relay"', 60)),
    ("MediadockOutboxIsOld", age("outbox", 'topic="discard"', 301), age("outbox", 'topic="discard"', 300)),
    ("MediadockFilesFail", counted(UPLOADS, failed=6, ready=94), counted(UPLOADS, failed=4, ready=96)),
    ("MediadockFilesFail", counted(UPLOADS, failed=1), counted(UPLOADS, rejected=50, ready=50)),
    ("MediadockWorkersDie", swept("requeued", 1), swept("requeued", 0)),
    ("MediadockWorkersDie", swept("given_up", 1), swept("hinted", 1)),
    ("MediadockHintsAreLost", swept("hinted", 8), swept("hinted", 6)),
    ("MediadockRequestsFail", counted(REQUESTS, _500=3, _200=97), counted(REQUESTS, _500=1, _200=99)),
    ("MediadockRequestsFail", counted(REQUESTS, _503=3, _200=97), counted(REQUESTS, _429=50, _200=50)),
    ("MediadockPrepareIsSlow", prepared(within_a_second=94), prepared(within_a_second=96)),
]


def minutes(name: str) -> int:
    """How long an alert must last."""
    [rule] = [rule for rule in rules() if rule["alert"] == name]
    return int(rule.get("for", "0m").removesuffix("m"))


def case(name: str, series: Series, *, at_minute: int, fires: bool) -> dict[str, Any]:
    """That an alert fires, or does not; in the tester's words."""
    expected = {
        "expr": f'count(ALERTS{{alertname="{name}", alertstate="firing"}})',
        "eval_time": f"{at_minute}m",
        "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
    }
    told = [{"series": one, "values": values} for one, values in series.items()]
    return {"interval": "1m", "input_series": told, "promql_expr_test": [expected]}


def complaints(folder: Path, cases: list[dict[str, Any]]) -> str:
    """What the tester says of these cases when not all of them are as they are told to be."""
    promtool = shutil.which("promtool") or cannot_run("prometheus is not installed")
    document = {"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": cases}
    (folder / "cases.yml").write_text(yaml.safe_dump(document))
    ran = subprocess.run(
        [promtool, "test", "rules", folder / "cases.yml"], capture_output=True, text=True, timeout=240, check=False
    )
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


def test_every_alert_fires_beyond_its_bound_and_not_within(tmp_path: Path) -> None:
    assert {name for name, _, _ in CASES} == {rule["alert"] for rule in rules()}
    cases = []
    for name, beyond, within in CASES:
        late = 20 + minutes(name)  # rates look back a quarter of an hour
        cases += [case(name, beyond, at_minute=late, fires=True), case(name, within, at_minute=late, fires=False)]
    assert complaints(tmp_path, cases) == ""


def test_an_alert_waits_for_its_time(tmp_path: Path) -> None:
    cases = []
    for name in ("MediadockQueueIsOld", "MediadockFilmsAreOld", "MediadockRelayIsSilent", "MediadockOutboxIsOld"):
        beyond = next(series for alert, series, _ in CASES if alert == name)
        cases += [case(name, beyond, at_minute=minutes(name) - 1, fires=False)]
        cases += [case(name, beyond, at_minute=minutes(name), fires=True)]
    assert complaints(tmp_path, cases) == ""


def test_the_tester_would_complain(tmp_path: Path) -> None:
    name, beyond, within = CASES[1]
    assert name in complaints(tmp_path, [case(name, within, at_minute=20, fires=True)])
    assert name in complaints(tmp_path, [case(name, beyond, at_minute=20, fires=False)])
