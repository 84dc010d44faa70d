"""Debian's nginx with the configuration of ``deploy/nginx``, as its README says, but on free ports and in one folder.

Only what a deployment edits is edited: addresses, limits, where it listens and logs. Benchmarks use it as well.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mediadock.local.log import Log
from mediadock.local.ports import LOOPBACK, free_port
from mediadock.local.program import Program, plain_environment
from mediadock.local.supervisor import Supervisor
from stack.files import ROOT
from stack.here import cannot_run

SHIPPED = ROOT / "deploy/nginx"
NO_LIMITS: Mapping[str, str] = dict.fromkeys(("users", "addresses", "sign_in"), "1000000r/s")
"""For everybody who is not there to meet a limit: tests come from one address, and are many."""

_MAIN = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/start.log;
worker_processes {workers};
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {include};
}}
"""
_SERVER = """
listen {address}:{port};
server_name _;
access_log {folder}/access.log mediadock buffer=32k flush=1s;
error_log {folder}/error.log crit;
"""


@dataclass(frozen=True)
class Nginx:
    """A running nginx, and what it wrote."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        """The root, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def ws_url(self) -> str:
        """The address of the WebSocket."""
        return f"ws://{LOOPBACK}:{self.port}/ws/events/"

    @property
    def logged(self) -> str:
        """All that its logs say."""
        return "".join(log.read_text(errors="replace") for log in sorted(self.folder.glob("*.log")))


def nginx_binary() -> str:
    """Where nginx is. Ends the test where there is none."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    return found or cannot_run("nginx is not installed")


@contextmanager
def run_nginx(
    folder: Path,
    *,
    web_port: int,
    socket_port: int,
    port: int | None = None,
    rates: Mapping[str, str] = NO_LIMITS,
    origin: str = "",
    workers: int = 1,
) -> Iterator[Nginx]:
    """Start it in front of a web and a socket process; stop it at the end. ``folder`` is made, all it writes is there.

    ``rates`` are nginx's (``50r/s``) by zone; ``origin`` is a page of elsewhere that may read its refusals.
    """
    nginx = Nginx(port or free_port(), folder)
    configuration = write_configuration(
        nginx, web_port=web_port, socket_port=socket_port, rates=rates, origin=origin, workers=workers
    )
    argv = (nginx_binary(), "-p", str(folder), "-e", str(folder / "start.log"), "-c", str(configuration))
    checked = subprocess.run([*argv, "-t"], env=plain_environment(), capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    program = Program(name="nginx", argv=argv, env=plain_environment(), ready=lambda: _answers(nginx.port))
    with (folder / "printed.log").open("a") as out, Supervisor(log=Log(out)) as supervisor:
        supervisor.launch(program)
        supervisor.wait_ready()
        yield nginx


def write_configuration(
    nginx: Nginx, *, web_port: int, socket_port: int, rates: Mapping[str, str], origin: str, workers: int
) -> Path:
    """The shipped files with this deployment's addresses and limits, and a main file around them; its path."""
    folder = nginx.folder
    shutil.copytree(SHIPPED, folder / "conf")
    site = folder / "conf/mediadock/site.conf"
    text = _replaced(site.read_text(), "127.0.0.1:8000", f"{LOOPBACK}:{web_port}")
    text = _replaced(text, "127.0.0.1:8001", f"{LOOPBACK}:{socket_port}")
    for zone, rate in rates.items():
        text, found = re.subn(rf"(zone=mediadock_{zone}:\S+\s+rate=)[^;]+", rf"\g<1>{rate}", text)
        assert found == 1, f"no limit mediadock_{zone}"
    if origin:
        text = _replaced(text, '# "https://app.example.org"', f'"{origin}"')
    site.write_text(text)
    server = folder / "conf/mediadock/server.conf"
    server.write_text(_SERVER.format(address=LOOPBACK, port=nginx.port, folder=folder))
    return write_main_file(folder, "conf/nginx.conf", include="mediadock.conf", workers=workers)


def write_main_file(folder: Path, name: str, *, include: str, workers: int = 1) -> Path:
    """The main file at ``name`` below ``folder``, beside which ``include`` lies; its path."""
    main = folder / name
    user = "user root;" if os.geteuid() == 0 else ""  # else its workers could not enter a folder of ours
    main.write_text(_MAIN.format(user=user, folder=folder, workers=workers, include=include))
    return main


def _replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"{old!r} is not once in the shipped file"
    return text.replace(old, new)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2.0)
    try:
        connection.request("GET", "/readyz")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
