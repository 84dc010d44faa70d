"""compose.yaml: by its schema, and in step with the docs, the settings and nginx's files."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from stack.deployment import compose, documented_commands, documented_setup, variables_of_the_settings
from stack.files import ROOT

SERVERS = ("nginx", "postgres", "redis", "seaweedfs")
OURS = sorted(set(compose()["services"]) - set(SERVERS))
_ASKED_FOR = re.compile(r"\$\{(\w+)(:\?)?(?::-[^}]*)?\}")


def service(name: str) -> Any:
    return compose()["services"][name]


def test_it_follows_the_specification_of_compose() -> None:
    argv = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"]
    checked = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert checked.returncode == 0, checked.stdout


def test_every_process_of_the_docs_is_there_and_no_other() -> None:
    assert [*OURS] == sorted([*documented_commands(), "setup"])


@pytest.mark.parametrize("name", documented_commands())
def test_a_process_is_started_as_the_docs_say(name: str) -> None:
    assert service(name)["command"] == documented_commands()[name]


def test_the_setup_is_that_of_the_docs_and_everybody_waits_for_it() -> None:
    assert service("setup")["command"] == ["sh", "-c", documented_setup()]
    for name in documented_commands():
        assert service(name)["depends_on"]["setup"] == {"condition": "service_completed_successfully"}


def test_every_variable_is_one_of_the_settings() -> None:
    named = {name for ours in OURS for name in service(ours)["environment"] if name.startswith("MEDIADOCK_")}
    assert named
    assert named <= variables_of_the_settings()


def test_no_secret_has_a_default_and_each_is_in_the_example() -> None:
    asked = _ASKED_FOR.findall((ROOT / "compose.yaml").read_text())
    assert {name for name, needed in asked if not needed} == {"HTTP_LISTEN", "STORE_LISTEN"}
    example = (ROOT / "deploy/compose/env.example").read_text()
    assert {name for name, needed in asked if needed} == set(re.findall(r"^(\w+)=$", example, re.MULTILINE))


def test_an_image_has_one_version_and_is_named_once() -> None:
    images = [line.split()[1] for line in (ROOT / "compose.yaml").read_text().splitlines() if "image:" in line]
    assert len({image.partition(":")[0] for image in images}) == len(images)
    assert all(re.search(r":[\w.-]+$", image) and not image.endswith(":latest") for image in images)


def test_only_nginx_and_the_store_are_published_and_nobody_who_decodes_reaches_out() -> None:
    services = compose()["services"]
    assert {name for name in services if "ports" in services[name]} == {"nginx", "seaweedfs"}
    assert {name for name in services if "outside" in services[name]["networks"]} == {"nginx", "seaweedfs", "relay"}
    assert all("127.0.0.1:" in port for name in ("nginx", "seaweedfs") for port in services[name]["ports"])
    assert compose()["networks"]["inside"]["internal"] is True


def test_the_store_listens_on_both_of_its_networks() -> None:
    # Left to itself it takes the first address that it finds, and loopback, which its own health check asks.
    assert service("seaweedfs")["networks"] == ["inside", "outside"]
    assert "-ip.bind=0.0.0.0" in service("seaweedfs")["command"]


@pytest.mark.parametrize("name", OURS)
def test_what_a_process_writes_to_is_in_memory_or_a_volume_that_is_its_own(name: str) -> None:
    # A named volume belongs to root unless the image has a folder at that place: then it takes that one's owner.
    made = re.findall(
        r"install --directory --owner mediadock .* (/\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )
    volumes = [volume.partition(":")[2] for volume in service(name).get("volumes", [])]
    assert volumes == ([service(name)["environment"]["TMPDIR"]] if volumes else [])
    assert set(volumes) <= set(made)


@pytest.mark.parametrize("name", [*OURS, "nginx", "redis"])
def test_a_container_has_no_more_than_it_needs(name: str) -> None:
    confined = service(name)
    assert (confined["read_only"], confined["cap_drop"]) == (True, ["ALL"])
    assert "no-new-privileges:true" in confined["security_opt"]


def test_only_those_that_decode_are_without_the_engines_filter() -> None:
    services = compose()["services"]
    unfiltered = {name for name in services if "seccomp=unconfined" in services[name].get("security_opt", [])}
    assert unfiltered == {"worker", "films"}


@pytest.mark.parametrize("name", compose()["services"])
def test_a_container_has_a_probe_and_a_bound_of_memory(name: str) -> None:
    assert service(name)["healthcheck"]
    assert service(name)["mem_limit"]


@pytest.mark.parametrize("name", ["worker", "films"])
def test_a_worker_is_asked_for_the_queues_that_it_reads(name: str) -> None:
    command, asked = service(name)["command"], service(name)["healthcheck"]["test"]
    queues = [f"queue:{queue}" for queue in command[command.index("-Q") + 1].split(",")]
    assert asked[asked.index("is_alive") + 1 : asked.index("--within")] == queues


def test_nginx_finds_the_processes_at_their_ports() -> None:
    shipped = (ROOT / "deploy/nginx/mediadock/site.conf").read_text()
    for name, address in (("web", "127.0.0.1:8000"), ("socket", "127.0.0.1:8001")):
        command = service(name)["command"]
        assert command[command.index("--port") + 1] == address.partition(":")[2]
        shipped = shipped.replace(address, f"{name}:{address.partition(':')[2]}")
    assert (ROOT / "deploy/compose/site.conf").read_text() == shipped


def test_nginx_listens_where_it_is_published_and_logs_to_the_engine() -> None:
    shipped = (ROOT / "deploy/nginx/mediadock/server.conf").read_text()
    for old, new in (
        ("listen 80;", "listen 8080;"),
        ("listen [::]:80;\n", ""),
        ("/var/log/nginx/mediadock.log", "/dev/stdout"),
        ("/var/log/nginx/mediadock-error.log", "/dev/stderr"),
    ):
        assert shipped.count(old) == 1
        shipped = shipped.replace(old, new)
    assert (ROOT / "deploy/compose/server.conf").read_text() == shipped
    assert service("nginx")["ports"] == ["${HTTP_LISTEN:-127.0.0.1:8080}:8080"]


def test_the_gateways_network_is_the_one_whose_word_is_believed() -> None:
    [network] = compose()["networks"]["inside"]["ipam"]["config"]
    for name in documented_commands():
        environment = service(name)["environment"]
        assert environment["MEDIADOCK_GATEWAY_PEERS"] == network["subnet"]
        assert environment["MEDIADOCK_TRUSTED_PROXIES"] == network["subnet"]
