"""deploy/kubernetes, run: what a container of a manifest gets, and its probes as the kubelet asks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mediadock.local.ports import LOOPBACK, free_port
from mediadock.local.program import Program
from stack.client import call
from stack.composed import Composed
from stack.deployment import container_of, of_kind
from stack.server import RunningServer
from stack.services import ends_well, image_of_ours
from stack.waiting import eventually

SERVING = ("web", "socket")


def variables_of(workload: Mapping[str, Any], *, running: Mapping[str, str]) -> dict[str, str]:
    """What the container of a Deployment or a Job has in its environment, beside that of the image.

    What the ConfigMap and the Secret leave to the operator is filled in with what is ``running``; other values stay.
    """
    [settings], [secret] = of_kind("ConfigMap").values(), of_kind("Secret").values()
    held = {"configMapRef": settings["data"], "secretRef": secret["stringData"]}
    container = container_of(dict(workload))
    found: dict[str, str] = {}
    for source in container["envFrom"]:
        [(kind, told)] = source.items()
        if told["name"] == "mediadock":  # the others are keys of one process's own, and optional
            found |= {name: running.get(name) or value for name, value in held[kind].items()}
        else:
            assert told["optional"] is True
    return found | {pair["name"]: pair["value"] for pair in container.get("env", ())}


@dataclass(frozen=True)
class Pods(RunningServer):
    """The web and the socket process of the manifests, beside those of compose.yaml: no gateway vouches for anybody."""

    beside: Composed
    ports: Mapping[str, int]

    @property
    def environment(self) -> dict[str, str]:
        """That of the web process."""
        return self.variables("web")

    def variables(self, name: str, kind: str = "Deployment") -> dict[str, str]:
        """The environment of a Deployment's or a Job's container."""
        addresses = {
            "MEDIADOCK_PUBLIC_URL": f"http://localhost:{self.ports['web']}",
            "MEDIADOCK_WS_URL": f"ws://localhost:{self.ports['socket']}/ws/events/",
            "MEDIADOCK_ALLOWED_HOSTS": "localhost,127.0.0.1",
        }
        kept = {"MEDIADOCK_TRUSTED_PROXIES": "", "MEDIADOCK_S3_REGION": "", "MEDIADOCK_LOG_FORMAT": ""}
        running = self.beside.environment | kept | addresses
        return image_of_ours() | variables_of(of_kind(kind)[name], running=running)

    def command(self, name: str, kind: str = "Deployment") -> tuple[str, ...]:
        """The container's command, which listens here."""
        container = container_of(of_kind(kind)[name])
        inside = {str(port["containerPort"]): name for port in container.get("ports", ())}
        here = {port: str(self.ports[owner]) for port, owner in inside.items()}
        return tuple(here.get(word, word.replace("0.0.0.0", LOOPBACK)) for word in container["command"])

    def passes(self, name: str, probe: str) -> bool:
        """Whether the probe of a Deployment finds it well."""
        container = container_of(of_kind("Deployment")[name])
        told = container[probe]
        if "exec" in told:
            return ends_well(told["exec"]["command"], self.variables(name))
        asked = told["httpGet"]
        assert asked["port"] in {port["name"] for port in container["ports"]}
        headers = {header["name"]: header["value"] for header in asked["httpHeaders"]}
        try:
            answer = call("GET", f"http://{LOOPBACK}:{self.ports[name]}{asked['path']}", headers=headers)
        except OSError:
            return False
        return 200 <= answer.status < 400


@contextmanager
def pods_beside(composed: Composed) -> Iterator[Pods]:
    """Start both over the data of ``composed``; stop them at the end."""
    with composed.embedded.supervisor() as supervisor:
        pods = Pods(composed.embedded, supervisor, composed, {name: free_port() for name in SERVING})
        for name in SERVING:
            supervisor.launch(Program(name=f"{name}-pod", argv=pods.command(name), env=pods.variables(name)))
        for name in SERVING:
            eventually(lambda name=name: pods.passes(name, "startupProbe"))  # type: ignore[misc]
        supervisor.wait_ready()
        yield pods
