"""RabbitMQ of the machine's own package, on free ports and in a folder: no service of the system, and no user of it."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from kombu import Connection

from mediadock.local.credentials import write_private
from mediadock.local.ports import LOOPBACK, accepts, free_port
from mediadock.local.program import Program, plain_environment
from stack.here import cannot_run

_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
"""What the package's own script in PATH starts as the user ``rabbitmq``."""

_CONFIGURATION = """\
default_user = mediadock
default_pass = {password}
listeners.tcp.local = {host}:{port}
log.console = true
log.file = false
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 50MB
"""


@dataclass(frozen=True)
class RabbitMQ:
    """One node. It finds its port mapper on a port of its own, so that none is left behind on the machine."""

    folder: Path
    port: int = field(default_factory=free_port)
    mapper_port: int = field(default_factory=free_port)
    nodes_port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    @property
    def url(self) -> str:
        """For Celery."""
        return f"amqp://mediadock:{quote(self.password)}@{LOOPBACK}:{self.port}//"

    def programs(self) -> list[Program]:
        """The port mapper and the server, in this order. Ends the test where there is no RabbitMQ."""
        mapper = shutil.which("epmd")
        if mapper is None or not Path(_SERVER).exists():
            cannot_run("rabbitmq-server is not installed")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = _CONFIGURATION.format(password=self.password, host=LOOPBACK, port=self.port)
        write_private(self.folder / "rabbitmq.conf", settings)
        (self.folder / "plugins").write_text("[].\n")
        return [
            Program(
                name="epmd",
                argv=(mapper, "-address", LOOPBACK, "-port", str(self.mapper_port)),
                env=plain_environment(),
                ready=lambda: accepts(self.mapper_port),
            ),
            Program(
                name="rabbitmq",
                argv=(_SERVER,),
                env=plain_environment() | self._environment(),
                ready=self.is_ready,
                ready_within_s=120.0,
                stop_within_s=20.0,
                log_file=self.folder / "rabbitmq.log",
            ),
        ]

    def is_ready(self) -> bool:
        """Whether it lets us in."""
        if not accepts(self.port):
            return False
        line = Connection(self.url, connect_timeout=2)
        try:
            line.connect()
        except (OSError, *line.connection_errors, *line.channel_errors):  # the latter: it knows no user yet
            return False
        finally:
            line.release()
        return True

    def waiting(self, queue: str) -> int:
        """The messages of ``queue`` that nobody has taken."""
        with Connection(self.url, connect_timeout=5) as line:
            return int(line.default_channel.queue_declare(queue, passive=True).message_count)

    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder),  # of the cookie that nodes know each other by
            "ERL_EPMD_PORT": str(self.mapper_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_NODENAME": f"mediadock-{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.nodes_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
        }
