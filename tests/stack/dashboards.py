"""What the shipped dashboard and the alert rules ask Prometheus, as values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from mediadock.telemetry.metrics import METRICS
from stack.files import ROOT

DASHBOARD = ROOT / "deploy/grafana/mediadock.json"
ALERTS = ROOT / "deploy/prometheus/alerts.yml"
METRIC = re.compile(r"\bmediadock_[a-z_]+\b")
SELECTOR = re.compile(r"\b(mediadock_[a-z_]+)\{([^}]*)\}")
GROUPED = re.compile(r"by \(([^)]*)\)")


def panels() -> list[dict[str, Any]]:
    """Those that show something."""
    return [panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["type"] != "row"]


def rules() -> list[dict[str, Any]]:
    """Every alert."""
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def shown() -> Iterator[tuple[str, str]]:
    """Title and query of all that a panel shows."""
    for panel in panels():
        yield from ((panel["title"], target["expr"]) for target in panel["targets"])


def queries() -> Iterator[tuple[str, str]]:
    """The same, and name and expression of each alert."""
    yield from shown()
    yield from ((rule["alert"], rule["expr"]) for rule in rules())


def family(name: str) -> str:
    """The metric that a query's name is of."""
    histograms = {metric.name for metric in METRICS if metric.kind == "histogram"}
    base = re.sub(r"_(bucket|count|sum)$", "", name)
    return base if base in histograms else name


def labels_asked(query: str) -> set[str]:
    """What a query chooses or groups by."""
    chosen = {label for _, selector in SELECTOR.findall(query) for label in re.findall(r"(\w+)\s*[=!]", selector)}
    return chosen | {label.strip() for grouped in GROUPED.findall(query) for label in grouped.split(",")}
