"""One set of embedded servers for a test run: chosen on first use, started when a test asks for them."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

from mediadock.local.application import application_environment
from mediadock.local.data_directory import DataDirectory
from mediadock.local.stack import Stack, choose_ports
from mediadock.local.supervisor import Supervisor
from mediadock.storage.config import StoreConfig
from mediadock.storage.s3 import ObjectStore
from stack.logs import HonestLog

IN_PROCESS_DATABASE = "mediadock_in_process"
IN_PROCESS_BUCKET = "in-process"
UNLIMITED = {f"MEDIADOCK_{what}": "0" for what in ("REQUESTS_PER_USER", "REQUESTS_PER_ADDRESS", "SOCKETS_PER_USER")}
"""One test asks more in a second than a person in an hour; whoever tests these limits sets them."""
HOOKED = {"MEDIADOCK_WEBHOOK_PRIVATE_NETWORKS": "127.0.0.0/8", "MEDIADOCK_WEBHOOK_RETRIES": "0.1,0.1,0.1,0.1"}
"""Backends of tests are on this machine, and a test has no day."""

APPLICATION = ("web", "socket", "relay", "beat", "sweeper", "films", "worker")


@dataclass(frozen=True)
class Embedded:
    """The servers of this run. ``environment`` leads the application's processes to them.

    Code of ours that runs inside pytest has a database, a bucket and a Redis database of its own: otherwise
    the worker and the relay of the running server would work on its rows.
    """

    data: DataDirectory
    stack: Stack

    @property
    def environment(self) -> dict[str, str]:
        """For the processes of the running server."""
        return application_environment(UNLIMITED | HOOKED | self.stack.environment())

    @property
    def in_process_environment(self) -> dict[str, str]:
        """For Django inside pytest."""
        return (
            UNLIMITED
            | HOOKED
            | self.stack.environment()
            | {
                "MEDIADOCK_DATABASE_URL": self.database_url(IN_PROCESS_DATABASE),
                "MEDIADOCK_REDIS_URL": self.stack.redis.url.removesuffix("/0") + "/1",
                "MEDIADOCK_S3_BUCKET": IN_PROCESS_BUCKET,
                "DJANGO_SETTINGS_MODULE": "mediadock.server.settings",
            }
        )

    def database_url(self, name: str) -> str:
        """The URL of a database of this PostgreSQL; ``make_database`` makes it."""
        return self.stack.postgres.url.rsplit("/", 1)[0] + "/" + name

    def make_database(self, name: str) -> str:
        """Make an empty database where it is missing, and give its URL."""
        self.stack.postgres.ensure_database(name)
        return self.database_url(name)

    def make_bucket(self, name: str | None = None) -> StoreConfig:
        """Make a bucket, with a name of its own unless one is given, open to every browser origin."""
        config = self.stack.seaweedfs.config(name or f"test-{uuid4().hex[:12]}")
        ObjectStore(config).ensure_bucket(cors_origins=["*"])
        return config

    @property
    def log_file(self) -> Path:
        """What all processes printed that have no file of their own."""
        return self.data.logs / "processes.log"

    @contextmanager
    def supervisor(self) -> Iterator[Supervisor]:
        """A supervisor that writes to ``log_file``; in the end the application's processes stop all at once.

        One after the other they take three times as long, and no test of the order has anything to do with these. The
        store is killed after them: nothing of it is kept, and in order it takes ten seconds.
        """
        with self.log_file.open("a") as out, Supervisor(log=HonestLog(out)) as supervisor:
            yield supervisor
            in_use = [name for name in reversed(supervisor.running) if name not in ("postgres", "redis", "seaweedfs")]
            supervisor.ask_to_stop(*in_use)
            for name in in_use:
                supervisor.stop_program(name)
            if "seaweedfs" in supervisor.running:
                os.killpg(supervisor.pid("seaweedfs"), signal.SIGKILL)


def new_embedded() -> Embedded:
    """Another set, not started, for tests that break servers. The caller calls ``discard``."""
    # not pytest's tmp_path: that is closed to the user that PostgreSQL runs under when we are root
    data = DataDirectory.create(Path(tempfile.mkdtemp(prefix="mediadock-tests-")))
    return Embedded(data, Stack(data, ports=choose_ports(data), settings={}, durable=False))


@cache
def embedded() -> Embedded:
    """The set of this run, which goes when pytest does; a run that starts nothing has made its folder, too."""
    these = new_embedded()
    atexit.register(discard, these)
    return these


def discard(these: Embedded) -> None:
    """Remove the data of a set that has been stopped, unless somebody wants to look at it."""
    if os.environ.get("MEDIADOCK_KEEP_TEST_DATA"):
        return
    shutil.rmtree(these.data.root, ignore_errors=True)


def use_django() -> None:
    """Make Django usable in this process; nothing is started and nothing is connected yet."""
    import django

    os.environ.update(embedded().in_process_environment)
    django.setup()
