"""deploy/kubernetes: by the API's own schemas, and in step with the docs and the settings."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from stack.deployment import (
    MANIFESTS,
    compose,
    container_of,
    documented_commands,
    documented_setup,
    manifests,
    of_kind,
    variables_of_the_settings,
)
from stack.files import ROOT
from stack.pods import variables_of

FILES = sorted(MANIFESTS.glob("*.yaml"))
VALIDATE = Path(sys.executable).with_name("kubernetes-validate")
WORKLOADS = {**of_kind("Deployment"), **of_kind("Job")}
ONLY_IN_COMPOSE = {"MEDIADOCK_GATEWAY_SECRET", "MEDIADOCK_GATEWAY_PEERS", "MEDIADOCK_S3_PUBLIC_ENDPOINT"}
"""There nginx vouches for who acts, and the store has an address inside and another outside."""


def test_every_manifest_follows_the_schemas_of_the_api() -> None:
    files = [str(file) for file in FILES if file.name != "kustomization.yaml"]
    checked = subprocess.run([VALIDATE, "--strict", *files], capture_output=True, text=True, timeout=120, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_file_is_named_but_the_template() -> None:
    named = yaml.safe_load((MANIFESTS / "kustomization.yaml").read_text())["resources"]
    assert {*named, "secret.example.yaml", "kustomization.yaml"} == {file.name for file in FILES}


def test_every_process_of_the_docs_is_there_and_started_as_they_say() -> None:
    started = {name: container_of(deployment)["command"] for name, deployment in of_kind("Deployment").items()}
    assert started == documented_commands()
    assert container_of(of_kind("Job")["setup"])["command"] == ["sh", "-c", documented_setup()]


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_container_is_given_what_compose_gives_it(name: str) -> None:
    given = variables_of(WORKLOADS[name], running={})
    in_compose = compose()["services"][name]["environment"]
    assert in_compose.keys() - given.keys() == ONLY_IN_COMPOSE
    assert given.keys() - in_compose.keys() == {"MEDIADOCK_S3_BUCKET", "MEDIADOCK_S3_REGION"}
    assert given.get("TMPDIR") == in_compose.get("TMPDIR")


def test_every_variable_is_one_of_the_settings_and_no_secret_has_a_value() -> None:
    [settings], [secret] = of_kind("ConfigMap").values(), of_kind("Secret").values()
    assert {*settings["data"], *secret["stringData"]} <= variables_of_the_settings()
    assert not settings["data"].keys() & secret["stringData"].keys()
    assert set(secret["stringData"].values()) == {""}


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_pod_has_no_more_than_it_needs(name: str) -> None:
    pod = WORKLOADS[name]["spec"]["template"]["spec"]
    container = container_of(WORKLOADS[name])
    assert pod["automountServiceAccountToken"] is False
    assert (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["runAsUser"]) == (True, 10001)
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"]
    assert (container["image"], "envFrom" in container) == ("mediadock", True)


def test_the_user_is_that_of_the_image() -> None:
    assert "USER 10001:10001" in (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("name", documented_commands())
def test_a_process_is_probed_as_compose_does_it(name: str) -> None:
    probe = container_of(of_kind("Deployment")[name])["livenessProbe"]
    asked = compose()["services"][name]["healthcheck"]["test"]
    if "exec" in probe:
        assert ["CMD", *probe["exec"]["command"]] == asked
    else:
        [port] = container_of(of_kind("Deployment")[name])["ports"]
        assert f"127.0.0.1:{port['containerPort']}{probe['httpGet']['path']}" in asked[-1]


@pytest.mark.parametrize("kind", ["Service", "PodDisruptionBudget"])
def test_selectors_name_pods_that_are_there(kind: str) -> None:
    labels = [deployment["spec"]["template"]["metadata"]["labels"] for deployment in of_kind("Deployment").values()]
    for document in of_kind(kind).values():
        wanted = document["spec"].get("selector")
        if wanted is not None:  # a Service without one leads nowhere, on purpose
            assert wanted.get("matchLabels", wanted) in labels


def test_workers_are_scaled_by_the_age_of_each_of_their_queues() -> None:
    from mediadock.telemetry.metrics import METRICS

    assert "mediadock_queue_age_seconds" in {metric.name for metric in METRICS}
    for name, scaler in of_kind("HorizontalPodAutoscaler").items():
        metrics = [metric["external"]["metric"] for metric in scaler["spec"]["metrics"]]
        assert {metric["name"] for metric in metrics} == {"mediadock_queue_age_seconds"}
        command = documented_commands()[name]
        queues = [metric["selector"]["matchLabels"]["queue"] for metric in metrics]
        assert queues == command[command.index("-Q") + 1].split(",")
        assert "replicas" not in of_kind("Deployment")[name]["spec"], "a new apply would undo the scaling"


def test_the_sockets_go_to_their_process_and_what_is_for_machines_nowhere() -> None:
    [ingress] = of_kind("Ingress").values()
    paths: list[Any] = ingress["spec"]["rules"][0]["http"]["paths"]
    leads = {path["path"]: path["backend"]["service"]["name"] for path in paths}
    nobody = "mediadock-nobody"
    assert leads == {"/": "mediadock-web", "/ws/": "mediadock-socket", "/metrics": nobody, "/readyz": nobody}
    assert "selector" not in of_kind("Service")["nobody"]["spec"]


def test_images_have_their_version_in_one_place() -> None:
    versions = [file.name for file in FILES if re.search(r"newTag:", file.read_text())]
    assert versions == ["kustomization.yaml"]
    assert len(manifests()) > len(FILES)
