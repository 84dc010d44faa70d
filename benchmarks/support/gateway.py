"""nginx as it is shipped, in front of a web process that believes it alone, beside one that reads tokens."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from mediadock.local.application import application_programs
from mediadock.local.log import Log
from mediadock.local.ports import LOOPBACK, free_port
from mediadock.local.supervisor import Supervisor
from support.platform import Platform

sys.path.append(str(Path(__file__).parents[2] / "tests"))
from stack.nginx import run_nginx  # the tests' own, so that both run the same files


@dataclass(frozen=True)
class Gateway:
    """``url`` leads through nginx; ``behind`` is the web process that it passes requests on to."""

    url: str
    behind: str


@contextmanager
def running_gateway(platform: Platform) -> Iterator[Gateway]:
    """A second web process over the platform's servers, in gateway mode, and one worker of nginx without limits."""
    port, web_port = free_port(), free_port()
    env = {
        **platform.env,
        "MEDIADOCK_GATEWAY_SECRET": secrets.token_hex(32),
        "MEDIADOCK_GATEWAY_PEERS": "127.0.0.0/8",
        "MEDIADOCK_PUBLIC_URL": f"http://{LOOPBACK}:{port}",
    }
    ports = replace(platform.stack.ports, web=web_port)
    programs = application_programs(env, ports=ports, beat_schedule=Path(os.devnull))
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with (folder / "processes.log").open("w") as out, Supervisor(log=Log(out)) as supervisor:
            supervisor.launch(next(program for program in programs if program.name == "web"))
            supervisor.wait_ready()
            with run_nginx(folder / "nginx", web_port=web_port, socket_port=ports.socket, port=port) as nginx:
                yield Gateway(nginx.url, f"http://{LOOPBACK}:{web_port}")
