"""What is shipped for container engines, as values: compose.yaml and the manifests; and what the docs say of it."""

from __future__ import annotations

import ast
import re
import shlex
from functools import cache
from typing import Any

import yaml

from stack.files import ROOT

MANIFESTS = ROOT / "deploy/kubernetes"
_VARIABLE = re.compile(r"MEDIADOCK_[A-Z0-9_]+")
_COMMAND = re.compile(r"^(\w+) +(\S.*)$", re.MULTILINE)


@cache
def compose() -> Any:
    """The whole file, its anchors put in."""
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


@cache
def image_environment() -> dict[str, str]:
    """What the image sets for every process, as it stands there."""
    last_stage = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    [block] = re.findall(r"^ENV ((?:.*\\\n)*.*)$", last_stage, re.MULTILINE)
    return dict(pair.split("=", 1) for pair in shlex.split(block.replace("\\\n", " ")))


@cache
def manifests() -> tuple[dict[str, Any], ...]:
    """Every document that ``kubectl apply -k`` would send, and the template of the Secret."""
    names = yaml.safe_load((MANIFESTS / "kustomization.yaml").read_text())["resources"]
    files = [MANIFESTS / name for name in (*names, "secret.example.yaml")]
    return tuple(document for file in files for document in yaml.safe_load_all(file.read_text()))


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    """The documents of a kind by name, without the project's own."""
    found = [document for document in manifests() if document["kind"] == kind]
    return {document["metadata"]["name"].removeprefix("mediadock-"): document for document in found}


def container_of(workload: dict[str, Any]) -> dict[str, Any]:
    """The one container of a Deployment or a Job."""
    [container] = workload["spec"]["template"]["spec"]["containers"]
    found: dict[str, Any] = container
    return found


@cache
def documented_commands() -> dict[str, list[str]]:
    """The process table of docs/operations.md: argument lists by process, but for ``setup``, which has two lines."""
    page = (ROOT / "docs/operations.md").read_text()
    block = page.split("```text\n", 2)[1].split("```")[0]
    return {name: shlex.split(line) for name, line in _COMMAND.findall(block) if name != "setup"}


def documented_setup() -> str:
    """The steps before the processes, as one line of a shell."""
    page = (ROOT / "docs/operations.md").read_text()
    block = page.split("```text\n", 2)[1].split("```")[0]
    return " && ".join(re.findall(r"^(?:setup)? +(python .*)$", block, re.MULTILINE))


@cache
def variables_of_the_settings() -> frozenset[str]:
    """All that the processes read from the environment."""
    source = (ROOT / "src/mediadock/server/settings.py").read_text()
    texts = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    names = {f"MEDIADOCK_{text}" for text in texts if isinstance(text, str) and re.fullmatch(r"[A-Z0-9_]+", text)}
    return frozenset(names | set(_VARIABLE.findall((ROOT / "src/mediadock/server/celery.py").read_text())))
