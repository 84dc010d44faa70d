"""The API in gateway mode beside the running server: same data and workers, a web and a socket process of its own."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mediadock.local.application import application_programs
from mediadock.local.ports import LOOPBACK, free_port
from stack.client import Api
from stack.embedded import Embedded
from stack.nginx import Nginx, run_nginx
from stack.server import RunningServer


@dataclass(frozen=True)
class Behind:
    """A web and a socket process that believe a gateway alone, reached past it."""

    web_port: int
    socket_port: int
    secret: str

    @property
    def url(self) -> str:
        """The root of the web process, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.web_port}"

    @property
    def ws_url(self) -> str:
        """The socket process."""
        return f"ws://{LOOPBACK}:{self.socket_port}/ws/events/"


@dataclass(frozen=True)
class Gateway:
    """nginx, what is behind it, and the server with tokens over the same data."""

    nginx: Nginx
    behind: Behind
    server: RunningServer

    def api(self, user: Api) -> Api:
        """The same user, through the gateway."""
        return replace(user, base_url=self.nginx.url + "/api/v1")

    def word(self, user_id: object, method: str, target: str, **changes: str) -> dict[str, str]:
        """The headers that a gateway with our secret would send for this request; ``changes`` are of their values."""
        now = str(int(time.time()))
        said = {"X-User-Id": str(user_id), "X-User-Scope": "", "X-User-Expires": "", "X-Gateway-Time": now} | changes
        lines = ["mediadock-gateway-v1", *said.values(), method, target]
        signature = hmac.digest(self.behind.secret.encode(), "\n".join(lines).encode(), "sha256").hex()
        said["X-Gateway-Signature"] = f"v1={signature}"
        return {name: value for name, value in said.items() if value}

    def past(self, user: Api) -> Api:
        """The same user, past the gateway."""
        return replace(user, base_url=self.behind.url + "/api/v1")


@contextmanager
def run_gateway(server: RunningServer, folder: Path) -> Iterator[Gateway]:
    """Start both processes and nginx; stop them at the end."""
    port, pages = free_port(), server.embedded.data.root / "web"
    there = {
        "MEDIADOCK_WEB_FOLDER": str(pages) if pages.is_dir() else "",
        "MEDIADOCK_PUBLIC_URL": f"http://{LOOPBACK}:{port}",
        "MEDIADOCK_WS_URL": f"ws://{LOOPBACK}:{port}/ws/events/",
    }
    with (
        run_behind(server.embedded, **there) as behind,
        run_nginx(folder, web_port=behind.web_port, socket_port=behind.socket_port, port=port) as nginx,
    ):
        yield Gateway(nginx, behind, server)


@contextmanager
def run_behind(
    embedded: Embedded, *, peers: str = "127.0.0.0/8", only: Sequence[str] = ("web", "socket"), **settings: str
) -> Iterator[Behind]:
    """Start the two processes over the servers of ``embedded`` with further ``MEDIADOCK_…`` settings."""
    behind = Behind(free_port(), free_port(), secrets.token_hex(32))
    env: Mapping[str, str] = {
        **embedded.environment,
        "MEDIADOCK_GATEWAY_SECRET": behind.secret,
        "MEDIADOCK_GATEWAY_PEERS": peers,
        "MEDIADOCK_TRUSTED_PROXIES": peers,
        **settings,
    }
    ports = replace(embedded.stack.ports, web=behind.web_port, socket=behind.socket_port)
    programs = application_programs(env, ports=ports, beat_schedule=embedded.data.beat_schedule)
    with embedded.supervisor() as supervisor:
        for program in programs:
            if program.name in only:
                supervisor.launch(program)
        supervisor.wait_ready()
        yield behind
