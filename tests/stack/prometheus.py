"""Debian's Prometheus with the configuration and the rules of ``deploy/prometheus``, before a server of a test.

Only what a deployment edits is edited, the address and the token's file; and what takes minutes takes seconds.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml

from mediadock.local.credentials import write_private
from mediadock.local.log import Log
from mediadock.local.ports import LOOPBACK, free_port
from mediadock.local.program import Program, plain_environment
from mediadock.local.supervisor import Supervisor
from stack.client import call
from stack.files import ROOT
from stack.here import cannot_run

SHIPPED = ROOT / "deploy/prometheus"
_EVERY = "2s"
_PENDS = "3s"


@dataclass(frozen=True)
class Prometheus:
    """A running one; ``token`` is the file that it reads before each scrape."""

    url: str
    token: Path

    def ask(self, path: str, *pairs: tuple[str, str]) -> Any:
        """What its API answers at ``/api/v1/<path>``. An error of the query is one of the test."""
        answer = call("GET", f"{self.url}/api/v1/{path}?{urlencode(pairs)}")
        document = answer.json()
        assert (answer.status, document["status"]) == (200, "success"), f"{pairs}: {document}"
        assert "warnings" not in document, document["warnings"]
        return document["data"]

    def query(self, expression: str) -> list[tuple[Mapping[str, str], float]]:
        """The labels and the value of each result, now."""
        found = self.ask("query", ("query", expression))["result"]
        return [(one["metric"], float(one["value"][1])) for one in found]

    def series(self, selector: str) -> list[Mapping[str, str]]:
        """The labels of every series of a selector."""
        found: list[Mapping[str, str]] = self.ask("series", ("match[]", selector))
        return found

    def alerts(self, name: str) -> list[Any]:
        """The alerts of a rule that are pending or fire."""
        return [alert for alert in self.ask("alerts")["alerts"] if alert["labels"]["alertname"] == name]

    def fires(self, name: str) -> bool:
        """Whether an alert of this rule fires."""
        return any(alert["state"] == "firing" for alert in self.alerts(name))


@contextmanager
def run_prometheus(folder: Path, *, target: str, token: str) -> Iterator[Prometheus]:
    """Start it before ``target`` (host and port); stop it at the end. ``folder`` is made. Ends the test without one."""
    binary = _binary("prometheus")
    folder.mkdir(mode=0o700)
    write_private(folder / "token", token)
    port = free_port()
    configuration = _configuration(folder, target=target)
    checked = subprocess.run(
        [_binary("promtool"), "check", "config", configuration], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    options = (
        f"--config.file={configuration}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={LOOPBACK}:{port}",
        "--log.level=warn",
    )
    prometheus = Prometheus(f"http://{LOOPBACK}:{port}", folder / "token")
    program = Program(
        name="prometheus",
        argv=(binary, *options),
        env=plain_environment(),
        ready=lambda: _is_ready(prometheus),
        ready_within_s=60.0,
    )
    with (folder / "printed.log").open("a") as out, Supervisor(log=Log(out)) as supervisor:
        supervisor.launch(program)
        supervisor.wait_ready()
        yield prometheus


def _configuration(folder: Path, *, target: str) -> Path:
    told = yaml.safe_load((SHIPPED / "prometheus.yml").read_text())
    told["global"] |= {"scrape_interval": _EVERY, "scrape_timeout": _EVERY, "evaluation_interval": "1s"}
    [job] = told["scrape_configs"]
    [group] = job["static_configs"]
    job["authorization"]["credentials_file"] = str(folder / "token")
    group["targets"] = [target]
    for name in told["rule_files"]:
        rules = yaml.safe_load((SHIPPED / name).read_text())
        for rule in (rule for group in rules["groups"] for rule in group["rules"] if "for" in rule):
            rule["for"] = _PENDS
        (folder / name).write_text(yaml.safe_dump(rules))
    (folder / "prometheus.yml").write_text(yaml.safe_dump(told))
    return folder / "prometheus.yml"


def _binary(name: str) -> str:
    return shutil.which(name) or cannot_run("prometheus is not installed")


def _is_ready(prometheus: Prometheus) -> bool:
    try:
        return call("GET", f"{prometheus.url}/-/ready").status == 200
    except OSError:
        return False
