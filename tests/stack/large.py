"""Mediadock as on many machines: RabbitMQ carries hints, a cluster keeps objects, each process has keys of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from mediadock.local.application import application_programs, preparation, run_step
from mediadock.local.stack import Stack
from stack.breakable import BreakableServer
from stack.cluster import BUCKET, GATEWAYS, Cluster, Identity
from stack.embedded import Embedded, discard, new_embedded
from stack.files import ROOT
from stack.logs import HonestLog, assert_no_secret_is_in_the_logs
from stack.rabbitmq import RabbitMQ
from stack.waiting import eventually

_SHIPPED = json.loads((ROOT / "deploy/store/seaweedfs.json").read_text())["identities"]
RIGHTS: Mapping[str, tuple[str, ...]] = {shipped["name"]: tuple(shipped["actions"]) for shipped in _SHIPPED}
"""What each process may do in the store, as it is shipped."""


@dataclass(frozen=True)
class LargeServer(BreakableServer):
    """``cluster`` is the store and ``rabbitmq`` the broker; both may be broken."""

    cluster: Cluster
    rabbitmq: RabbitMQ

    def keys(self, prefix: str) -> list[str]:
        """The keys of the cluster below ``prefix``."""
        return [found.key for found in self.cluster.store("setup").list_objects(prefix)]

    def settings_of(self, process: str) -> dict[str, str]:
        """The keys of a process, as ``manage`` takes them."""
        found = self.cluster.identities[process].settings
        return {name.removeprefix("MEDIADOCK_"): value for name, value in found.items()}


def _stack_of(these: Embedded, cluster: Cluster, rabbitmq: RabbitMQ) -> Embedded:
    """The same data directory, with the store and the broker named by URL."""
    settings = {
        "MEDIADOCK_S3_ENDPOINT": cluster.endpoint(GATEWAYS[0]),
        "MEDIADOCK_S3_PUBLIC_ENDPOINT": cluster.endpoint(GATEWAYS[1]),
        "MEDIADOCK_S3_BUCKET": BUCKET,
        "MEDIADOCK_BROKER_URL": rabbitmq.url,
        **cluster.identities["setup"].settings,
    }
    return replace(these, stack=Stack(these.data, ports=these.stack.ports, settings=settings, durable=False))


@contextmanager
def large_server() -> Iterator[LargeServer]:
    """All of it but the films' worker; every process runs with its own keys alone."""
    empty = new_embedded()
    cluster = Cluster(empty.data.root / "cluster", {name: Identity(actions) for name, actions in RIGHTS.items()})
    rabbitmq = RabbitMQ(empty.data.root / "rabbitmq")
    these = _stack_of(empty, cluster, rabbitmq)
    env = these.environment
    with these.supervisor() as supervisor, these.log_file.open("a") as out:
        behind = [*cluster.programs(), *rabbitmq.programs()]
        for program in behind:
            supervisor.launch(program)
            if program.name == "epmd":  # RabbitMQ would start one of its own, which stays
                supervisor.wait_ready()
        supervisor.wait_ready()
        eventually(cluster.is_whole, within_s=120.0)
        these.stack.start(supervisor)
        run_step(preparation(env), log=HonestLog(out))
        application = [
            replace(program, env={**program.env, **cluster.identities[program.name].settings})
            for program in application_programs(env, ports=these.stack.ports, beat_schedule=these.data.beat_schedule)
            if program.name != "films"
        ]
        for program in application:
            supervisor.launch(program)
        supervisor.wait_ready()
        programs = {program.name: program for program in (*behind, *application)}
        yield LargeServer(these, supervisor, programs, cluster, rabbitmq)
    assert_no_secret_is_in_the_logs(these)
    discard(these)
