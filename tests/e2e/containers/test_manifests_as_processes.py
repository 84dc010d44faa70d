"""deploy/kubernetes, run without a cluster: its processes over the data of compose.yaml, probes as the kubelet asks."""

from __future__ import annotations

import subprocess

import pytest

from faults.pictures import quick_jpeg
from stack.deployment import container_of, of_kind
from stack.pods import Pods
from stack.sending import send
from stack.sockets import frame, socket_of
from stack.waiting import eventually

PROBES = [
    (name, probe)
    for name, deployment in of_kind("Deployment").items()
    for probe in container_of(deployment)
    if probe.endswith("Probe")
]


@pytest.mark.slow
def test_a_picture_comes_by_the_pods_and_the_socket_tells_of_its_end(pods: Pods) -> None:
    sender = pods.api_as_somebody()
    with socket_of(pods, sender) as socket:
        upload = send(sender, sender, quick_jpeg(), name="beach.jpg", content_type="image/jpeg")
        told = frame(socket)
        while told["data"].get("stage") != "done":
            told = frame(socket, within_s=60.0)
    assert upload.settled()["state"] == "ready"


@pytest.mark.parametrize(("name", "probe"), PROBES)
def test_a_probe_passes(name: str, probe: str, pods: Pods) -> None:
    eventually(lambda: pods.passes(name, probe), within_s=120.0, every_s=1.0)


@pytest.mark.slow
def test_the_job_may_run_again(pods: Pods) -> None:
    command, env = pods.command("setup", "Job"), pods.variables("setup", "Job")
    ran = subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
