"""The servers behind the application, together: PostgreSQL, Redis and SeaweedFS, embedded or named by URL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from mediadock.local.credentials import Credentials, load_credentials, write_private
from mediadock.local.data_directory import DataDirectory
from mediadock.local.external import DATABASE, REDIS, STORE, check_external
from mediadock.local.ports import LOOPBACK, claim, free_port, is_free
from mediadock.local.postgres import Postgres
from mediadock.local.redis import Redis
from mediadock.local.seaweedfs import PORT_OFFSETS, REGION, SeaweedFS
from mediadock.local.supervisor import Supervisor

BUCKET = "media"
EVENTS_PATH = "/api/v1/storage/events"
_HIGHEST = 2**16 - max(PORT_OFFSETS)


@dataclass(frozen=True)
class Ports:
    """Where everything listens, on loopback; ``s3`` is the first of ten of SeaweedFS."""

    web: int
    socket: int
    postgres: int
    redis: int
    s3: int


def choose_ports(data: DataDirectory, *, web: int | None = None, socket: int | None = None) -> Ports:
    """The ports of the last run where they are free, others where not; ``web`` and ``socket`` as given.

    All of them are claimed, those that are given by whoever gives them.
    """
    last = _ports_of_the_last_run(data)

    def choose(name: str, offsets: tuple[int, ...] = (0,)) -> int:
        before = last.get(name)
        if before is not None:
            wanted = [before + offset for offset in offsets]
            if all(is_free(one) for one in wanted) and claim(*wanted):
                return before
        return free_port(offsets=offsets)

    ports = Ports(
        web=choose("web") if web is None else web,
        socket=choose("socket") if socket is None else socket,
        postgres=choose("postgres"),
        redis=choose("redis"),
        s3=choose("s3", PORT_OFFSETS),
    )
    write_private(data.ports, json.dumps(asdict(ports)))
    return ports


def _ports_of_the_last_run(data: DataDirectory) -> dict[str, int]:
    """By name; none where there is no file, or one that the machine's end left damaged: others serve as well."""
    try:
        known = json.loads(data.ports.read_bytes())
    except (OSError, ValueError):
        return {}
    pairs = known.items() if isinstance(known, dict) else ()
    return {name: port for name, port in pairs if isinstance(port, int) and 0 < port < _HIGHEST}


class Stack:
    """The servers and the environment that leads to them; the environment is known before they run.

    ``settings`` are ``MEDIADOCK_…`` variables of the operator: a database, Redis or store named there is used
    instead of the embedded one, and any other value goes before ours. ``durable`` False is for tests.
    """

    def __init__(
        self,
        data: DataDirectory,
        *,
        ports: Ports,
        settings: Mapping[str, str],
        durable: bool = True,
    ) -> None:
        self.ports = ports
        self.credentials = load_credentials(data.credentials)
        self._settings = {name: value for name, value in settings.items() if name.startswith("MEDIADOCK_")}
        self.postgres = Postgres(
            data=data.root / "postgres",
            port=ports.postgres,
            password=self.credentials.postgres_password,
            log_file=data.logs / "postgres.log",
            durable=durable,
        )
        self.redis = Redis(
            data=data.root / "redis",
            port=ports.redis,
            password=self.credentials.redis_password,
            log_file=data.logs / "redis.log",
        )
        self.seaweedfs = SeaweedFS(
            data=data.root / "seaweedfs",
            port=ports.s3,
            credentials=self.credentials,
            log_file=data.logs / "seaweedfs.log",
            bucket=self._settings.get("MEDIADOCK_S3_BUCKET", BUCKET),
            events_url=f"http://{LOOPBACK}:{ports.web}{EVENTS_PATH}",
        )

    @property
    def embedded(self) -> tuple[str, ...]:
        """The names of the servers that are ours to run."""
        named = {STORE: "seaweedfs", REDIS: "redis", DATABASE: "postgres"}
        return tuple(name for variable, name in named.items() if not self._settings.get(variable))

    def environment(self) -> dict[str, str]:
        """Every ``MEDIADOCK_…`` variable that the application needs."""
        return _application(self.ports, self.credentials) | self._servers() | self._settings

    def start(self, supervisor: Supervisor) -> None:
        """Reach the named servers, start the embedded ones and make the database; all are ready when this returns.

        They belong to ``supervisor`` from then on. Raises ``DoesNotAnswer``, ``DidNotStart``, ``WheelMissing``,
        ``StopRequested``.
        """
        check_external(self._settings)
        for name in self.embedded:  # the slowest first: initdb runs while the others come up
            supervisor.launch(getattr(self, name).program())
        supervisor.wait_ready()
        if "postgres" in self.embedded:
            self.postgres.ensure_database()

    def _servers(self) -> dict[str, str]:
        found = {}
        if "postgres" in self.embedded:
            found[DATABASE] = self.postgres.url
        if "redis" in self.embedded:
            found[REDIS] = self.redis.url
        if "seaweedfs" in self.embedded:
            found |= {
                STORE: self.seaweedfs.endpoint_url,
                "MEDIADOCK_S3_REGION": REGION,
                "MEDIADOCK_S3_BUCKET": self.seaweedfs.bucket,
                "MEDIADOCK_S3_ACCESS_KEY": self.credentials.s3_access_key,
                "MEDIADOCK_S3_SECRET_KEY": self.credentials.s3_secret_key,
                "MEDIADOCK_S3_ADDRESSING": "path",
            }
        return found


def _application(ports: Ports, credentials: Credentials) -> dict[str, str]:
    web = f"http://{LOOPBACK}:{ports.web}"
    return {
        "MEDIADOCK_SECRET_KEY": credentials.secret_key,
        "MEDIADOCK_JWT_ALGORITHM": "HS256",
        "MEDIADOCK_JWT_SECRET": credentials.jwt_secret,
        "MEDIADOCK_STORAGE_EVENTS_SECRET": credentials.storage_events_secret,
        "MEDIADOCK_METRICS_TOKEN": credentials.metrics_token,
        "MEDIADOCK_PUBLIC_URL": web,
        "MEDIADOCK_WS_URL": f"ws://{LOOPBACK}:{ports.socket}/ws/events/",
        "MEDIADOCK_ALLOWED_HOSTS": f"{LOOPBACK},localhost",
        "MEDIADOCK_ALLOWED_ORIGINS": f"{web},http://localhost:{ports.web}",
        "MEDIADOCK_DEMO_USERS": "alice:alice,bob:bob",
        "MEDIADOCK_DEMO_OPERATOR": f"operator:{credentials.operator_password}",
        "MEDIADOCK_ADMIN": "1",
    }
