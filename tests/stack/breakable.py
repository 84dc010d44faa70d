"""A whole system of a test's own, whose programs it may kill, stall, stop and start again."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType

import psutil
import psycopg

from mediadock.local.application import application_programs, preparation, run_step
from mediadock.local.family import descendants
from mediadock.local.program import Program
from stack.embedded import Embedded, discard, new_embedded
from stack.logs import HonestLog, assert_no_secret_is_in_the_logs
from stack.server import RunningServer

EVERY_QUEUE = "image,video,audio,file,default"


@dataclass(frozen=True)
class BreakableServer(RunningServer):
    """The application and the servers behind it under one supervisor; ``programs`` is how each is started."""

    programs: Mapping[str, Program]

    def start(
        self,
        name: str,
        *,
        like: str | None = None,
        options: tuple[str, ...] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
        **settings: str,
    ) -> None:
        """Start a program, or under ``name`` another one ``like`` it, with ``MEDIADOCK_<settings>`` of its own.

        ``environment`` is what else its environment holds, by the full names.
        """
        program = self.programs[like or name]
        env = {**program.env, **{f"MEDIADOCK_{key}": value for key, value in settings.items()}, **environment}
        self.supervisor.launch(replace(program, name=name, argv=(*program.argv, *options), env=env))
        self.supervisor.wait_ready()

    def start_worker(
        self, name: str, *, environment: Mapping[str, str] = MappingProxyType({}), **settings: str
    ) -> None:
        """A worker of every queue; two on one machine need names of their own."""
        options = ("-n", f"{name}@localhost", "-Q", EVERY_QUEUE)
        self.start(name, like="worker", options=options, environment=environment, **settings)

    def stop(self, *names: str) -> None:
        """Stop programs politely, all at once."""
        self.supervisor.ask_to_stop(*names)
        for name in names:
            self.supervisor.stop_program(name)

    def kill(self, name: str) -> list[psutil.Process]:
        """``kill -9`` of a program's whole process group; gives what it had started that was still there 5 s later."""
        pid = self.supervisor.pid(name)
        family = descendants(pid)
        os.killpg(pid, signal.SIGKILL)
        _, left = psutil.wait_procs(family, timeout=5.0)
        self.supervisor.stop_program(name)
        return left

    def freeze(self, name: str) -> None:
        """SIGSTOP to a program's whole process group."""
        os.killpg(self.supervisor.pid(name), signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """SIGCONT."""
        os.killpg(self.supervisor.pid(name), signal.SIGCONT)

    def restart_postgres_at_once(self) -> None:
        """What ``pg_ctl restart -m immediate`` does: no session is ended in order, the log is replayed."""
        os.kill(self.supervisor.pid("postgres"), signal.SIGQUIT)
        self.supervisor.stop_program("postgres")
        self.start("postgres")

    def ask_database(self, query: str, *parameters: object) -> tuple[object, ...]:
        """The first row of what no public door shows."""
        with psycopg.connect(self.embedded.stack.postgres.url, autocommit=True) as connection:
            row = connection.execute(query.encode(), parameters).fetchone()
        assert row is not None
        return row


@contextmanager
def breakable_server(
    *,
    without: tuple[str, ...] = (),
    these: Embedded | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[BreakableServer]:
    """Everything but the programs named in ``without``, on servers of its own.

    ``environment`` goes over the application's own: other addresses of the servers behind, for one.
    """
    these = these or new_embedded()
    env = these.environment | dict(environment)
    with these.supervisor() as supervisor, these.log_file.open("a") as out:
        these.stack.start(supervisor)
        run_step(preparation(env), log=HonestLog(out))
        application = application_programs(env, ports=these.stack.ports, beat_schedule=these.data.beat_schedule)
        behind = [getattr(these.stack, name).program() for name in these.stack.embedded]
        for program in application:
            if program.name not in without:
                supervisor.launch(program)
        supervisor.wait_ready()
        yield BreakableServer(these, supervisor, {program.name: program for program in (*behind, *application)})
    assert_no_secret_is_in_the_logs(these)
    discard(these)
