"""The whole platform on free ports, as ``mediadock up`` runs it, for as long as a benchmark needs it."""

from __future__ import annotations

import dataclasses
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mediadock.local.application import application_environment, application_programs, preparation, run_step
from mediadock.local.data_directory import DataDirectory
from mediadock.local.log import Log
from mediadock.local.program import Program
from mediadock.local.stack import Stack, choose_ports
from mediadock.local.supervisor import Supervisor

_UNLIMITED = {"requests_per_user": "0", "requests_per_address": "0", "sockets_per_user": "0"}
COUNTED: Mapping[str, str] = {
    "max_pending_per_user": "100000000",
    "max_bytes_per_user": str(2**62),
    "requests_per_user": "1000000",
    "requests_per_address": "1000000",
}
"""For loads: everything is counted as in a deployment, at whatever cost, and no limit is ever reached."""


@dataclass(frozen=True)
class Platform:
    """Where it listens, the environment that leads to its servers, and the process id of a program."""

    url: str
    ws_url: str
    env: Mapping[str, str]
    stack: Stack
    pid: Callable[[str], int]


@contextmanager
def running_platform(
    *, only: frozenset[str] | None = None, pages: Path | None = None, **settings: str
) -> Iterator[Platform]:
    """Durable servers and the application's programs (``only`` some of them); ``settings`` are MEDIADOCK_ variables.

    The web process serves the folder ``pages`` at ``/bench/``.
    """
    root = Path(tempfile.mkdtemp(prefix="mediadock-bench-"))
    data = DataDirectory.create(root)
    chosen = {f"MEDIADOCK_{name.upper()}": value for name, value in (_UNLIMITED | settings).items()}
    stack = Stack(data, ports=choose_ports(data), settings=chosen)
    env = application_environment(stack.environment())
    try:
        with (data.logs / "processes.log").open("w") as out, Supervisor(log=Log(out)) as supervisor:
            stack.start(supervisor)
            run_step(preparation(env), log=Log(out))
            for program in application_programs(env, ports=stack.ports, beat_schedule=data.beat_schedule):
                if only is None or program.name in only:
                    supervisor.launch(_with_pages(program, pages) if pages and program.name == "web" else program)
            supervisor.wait_ready()
            yield Platform(env["MEDIADOCK_PUBLIC_URL"], env["MEDIADOCK_WS_URL"], env, stack, supervisor.pid)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _with_pages(web: Program, pages: Path) -> Program:
    here = str(Path(__file__).parents[1])
    path = os.pathsep.join(filter(None, (here, web.env.get("PYTHONPATH"))))
    env = {**web.env, "PYTHONPATH": path, "BENCHMARK_PAGES": str(pages)}
    return dataclasses.replace(web, argv=(*web.argv[:-1], "support.pages:application"), env=env)
